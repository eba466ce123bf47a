"""The history of the case database's schema; bot/case/store.py brings a database up to date when it opens it."""
