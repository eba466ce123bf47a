"""A user's own documents in answers: searched, told apart from the guide, gated, compared with it."""
