"""Where cases are kept: the tables, the connection, its schema brought up to date, its errors made clear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from bot.config import Config
from bot.errors import ConfigError, KbError

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
HEAD = "0002"
"""The revision of the schema that this code works with; the newest in bot/case/migrations."""
BUSY_MS = 5_000
"""How long a SQLite connection waits for another one's write."""
METADATA = sa.MetaData()


def _owner() -> sa.Column[str]:
    return sa.Column("case_id", sa.String(40), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)


CASES = sa.Table(
    "cases", METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("updated", sa.String(40), nullable=False),
    sa.Column("symptom", sa.Text, nullable=False),
    sa.Column("turns", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Index("cases_updated", "updated"),
)  # fmt: skip
TURNS = sa.Table(
    "turns", METADATA, _owner(), sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
)  # fmt: skip
EVIDENCE = sa.Table(
    "evidence", METADATA, _owner(), sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False), sa.Column("body", sa.Text, nullable=False),
)  # fmt: skip
FEEDBACK = sa.Table(
    "feedback", METADATA, _owner(), sa.Column("turn", sa.Integer, primary_key=True),
    sa.Column("created", sa.String(40), nullable=False), sa.Column("up", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("drafted", sa.Boolean, nullable=False, server_default=sa.false()),
)  # fmt: skip

SLACK_WORK = sa.Table(
    "slack_work", METADATA,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("event", sa.String(80), unique=True),
    sa.Column("thread", sa.String(120), nullable=False), sa.Column("ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False), sa.Column("language", sa.String(2), nullable=False),
    sa.Column("done", sa.Boolean, nullable=False), sa.Column("owner", sa.String(40), nullable=False),
    sa.Column("until", sa.Double, nullable=False), sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("job", sa.Text, nullable=False), sa.Column("replies", sa.Text, nullable=False),
    sa.Column("case_id", sa.String(40), nullable=False), sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Index("slack_work_open", "done", "created"), sa.Index("slack_work_thread", "thread"),
    sa.Index("slack_work_person", "person"),
)  # fmt: skip
SLACK_THREADS = sa.Table(
    "slack_threads", METADATA,
    sa.Column("thread", sa.String(120), primary_key=True), sa.Column("case_id", sa.String(40), nullable=False),
    sa.Column("askers", sa.Text, nullable=False), sa.Column("speaker", sa.String(40), nullable=False),
    sa.Column("heard", sa.String(40), nullable=False),
)  # fmt: skip

_REPLACED = "it was removed or replaced while in use; start again"
_MENDS = (
    (("locked", "busy"), "another process holds it; try again in a moment, or stop that process"),
    (("unable to open", "permission", "readonly", "read-only", "denied", "directory", "file exists", "no such file"),
     "check that its folder exists and may be written"),
    (("no such table", "does not exist", "disk i/o"), _REPLACED),
    (("not a database", "malformed"), "the file is damaged; put a copy back, or move it away and start again"),
    (("disk is full", "no space"), "the disk is full"),
    (("connect", "refused", "timeout", "terminat", "closed"), "check KB_DATABASE_URL and that the server runs"),
)  # fmt: skip


class Database:
    """An engine whose transactions raise KbError with the mend."""

    def __init__(self, address: str) -> None:
        """Open ``address`` and bring its schema up to date; raises KbError or ConfigError."""
        self.url = _parsed(address)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        with self.guard():
            self.engine = _engine(self.url)
            with _alone(self.url):
                self._migrate()
            self._opened = _identity(self.url)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction of its own; raises KbError also where it went into a removed file."""
        with self.guard(), self.engine.begin() as connection:
            yield connection
        if _identity(self.url) != self._opened:  # SQLite goes on writing into a file that has no name any more
            raise KbError(f"the case database {self.url!r} cannot be used: {_REPLACED}")

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turn what the database or its file refuses into one clear line."""
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            raise KbError(f"the case database {self.url!r} cannot be used: {_mend(error)}") from error

    def scrub(self) -> None:
        """Write what SQLite's log still holds into the file and empty the log; no-op elsewhere."""
        if self.is_sqlite:
            with self.guard(), self.engine.connect() as connection:
                connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def _migrate(self) -> None:
        """Run the missing revisions. Alembic takes a while to load, so only where one is missing."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_lock(7860)"))
            try:
                if (found := _revision(connection)) != HEAD:
                    self._upgrade(connection, found)
            finally:
                if not self.is_sqlite:
                    connection.rollback()
                    connection.execute(sa.text("SELECT pg_advisory_unlock(7860)"))
                    connection.commit()

    def _upgrade(self, connection: Connection, found: str | None) -> None:
        from alembic import command
        from alembic.config import Config as AlembicConfig
        from alembic.util import CommandError

        settings = AlembicConfig(attributes={"connection": connection})
        settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        settings.set_main_option("path_separator", "os")
        try:
            if self.is_sqlite:  # its driver begins no transaction for a change of schema
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            command.upgrade(settings, HEAD)
            connection.commit()
        except CommandError as error:
            why = f"its schema {found} is not known here; it was made by a newer version: update this one"
            raise KbError(f"the case database {self.url!r} cannot be used: {why}") from error


def on_disk(settings: Config) -> Path | None:
    """Return the SQLite file that the settings name, or None where cases are kept elsewhere."""
    return _file(_parsed(settings.database_url or f"sqlite:///{settings.data_dir / 'cases.sqlite3'}"))


def _file(url: URL) -> Path | None:
    kept = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if kept else None


def _identity(url: URL) -> tuple[int, int] | None:
    """Return what tells a SQLite file from another of the same name; None where there is none."""
    try:
        found = file.stat() if (file := _file(url)) else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def revision(address: str) -> str | None:
    """Return the schema's revision and change nothing; raises KbError or ConfigError."""
    database = Database.__new__(Database)
    database.url = _parsed(address)
    with database.guard():
        engine = _engine(database.url)
        try:
            with engine.connect() as connection:
                return _revision(connection)
        finally:
            engine.dispose()


def check(address: str) -> None:
    """Raise KbError unless cases can be read and written at ``address``; changes and creates nothing."""
    url = _parsed(address)
    file = _file(url)
    if file and not file.is_file():
        raise KbError(f"the case database {url!r} cannot be used: its file was removed; start again")
    if revision(address) != HEAD:
        raise KbError(f"the case database {url!r} cannot be used: {_REPLACED}")


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def _alone(url: URL) -> AbstractContextManager[object]:
    """Let one process at a time prepare a SQLite file; a server has a lock of its own."""
    from filelock import FileLock

    return FileLock(f"{file}.lock") if (file := _file(url)) else nullcontext()


def _mend(error: Exception) -> str:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    said = " ".join(cause).lower()
    for words, mend in _MENDS:
        if any(word in said for word in words):
            return f"{cause[0]}; {mend}"
    return f"{cause[0]}; check KB_DATABASE_URL"


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("KB_DATABASE_URL is no address such as postgresql://user@host/database") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine(url: URL) -> sa.Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, hide_parameters=True)
    except (NoSuchModuleError, ImportError) as error:
        raise ConfigError(f"KB_DATABASE_URL needs a driver: {error}; for PostgreSQL: pip install psycopg") from error
    sa.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "secure_delete=ON",
                   "synchronous=NORMAL"):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
