"""The database session, and the only commit in the code base."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from select import POLLIN, poll
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    Result,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    declared_attr,
    make_transient_to_detached,
    mapped_column,
    scoped_session,
    sessionmaker,
    undefer_group,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A page that only reads must not queue behind writers on SQLite; everything else takes the write lock first.
reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)


class Moment(TypeDecorator[datetime]):
    """An instant: always aware, always UTC, whatever the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


# A money column: integer cents (fen).
Cents = Annotated[int, BigInteger()]


class Row(DeclarativeBase):
    """A table row. `thread` names the story its events belong to, like "job:7"."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment, Cents: BigInteger, dict[str, Any]: JSON, list[Any]: JSON}

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")

    id: Mapped[int] = mapped_column(primary_key=True)

    @property
    def thread(self) -> str:
        return f"{self.__tablename__}:{self.id}"


# Seconds to wait for a lock on SQLite, and for a connection that a restarted or lost PostgreSQL does not give.
SQLITE: dict[str, Any] = {"connect_args": {"timeout": 30}}
POSTGRESQL: dict[str, Any] = {"connect_args": {"connect_timeout": 5}}

session = scoped_session(sessionmaker(expire_on_commit=False))
_connected: list[Any] = []


def connect(url: str) -> Engine:
    """Bind the session to a database: `sqlite:///path` or `postgresql+psycopg://…`."""
    session.remove()
    options = SQLITE if url.startswith("sqlite") else POSTGRESQL
    engine = create_engine(url, **options)
    if url.startswith("sqlite"):
        _prepare_sqlite(engine)
    else:
        _leave_the_dead(engine)
    session.configure(bind=engine)
    forget()
    return engine


def forget() -> None:
    """Drop what the process holds of the database's rows (its caches)."""
    for drop in _connected:
        drop()


def on_connect(drop: Any) -> None:
    """Register a cache that must be dropped when another database is bound."""
    _connected.append(drop)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def tune(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if reading_only.get() else "BEGIN IMMEDIATE")


def _leave_the_dead(engine: Engine) -> None:
    """A server that ended said so on its connections: only where something waits to be read is it asked whether it is
    still there, since asking each time is one way more to the server and back for every request."""

    @event.listens_for(engine, "checkout")
    def listen(connection: Any, record: Any, proxy: Any) -> None:
        heard = poll()
        heard.register(connection.fileno(), POLLIN)
        if heard.poll(0) and not _answers(engine, connection):
            raise DisconnectionError


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except connection.Error:
        return False


def lock(row: Row, *, shared: bool = False) -> None:
    """Lock a row and read it anew: it alone, whatever was joined to it when it was loaded. What was changed is kept.
    Those who share the lock do not wait for each other; whoever changes the row waits for all of them, and they for it
    (SQLite lets only one write at a time anyway)."""
    session.flush()
    if not (shared and _shares(row)):
        session.refresh(row, with_for_update={"of": type(row), "read": shared})


def load_shared(model: type[Row], id: int) -> Row | None:
    """Read a row under a shared lock, or None, with its columns of the group "shared": nobody else changes it until the
    transaction ends, so that a shared `lock` of it need not read it again."""
    row: Row | None = session.scalar(_under_a_shared_lock(model), {"id": id})
    session.info["shared"] = session().get_transaction(), row
    return row


@cache
def _under_a_shared_lock(model: type[Row]) -> Executable:
    query = select(model).where(model.id == bindparam("id")).options(undefer_group("shared"))
    return query.with_for_update(of=model, read=True).execution_options(populate_existing=True)


def _shares(row: Row) -> bool:
    transaction, known = session.info.get("shared", (None, None))
    return known is row and transaction is session().get_transaction()


def gate(number: int, *, shared: bool) -> None:
    """Pass a gate until the transaction ends: those who share it pass together, who takes it whole passes alone and
    waits for all others (SQLite lets only one write at a time anyway)."""
    here = session()
    if here.get_bind().dialect.name != "postgresql" or here.info.get(number, "none yet") is here.get_transaction():
        return
    lock_it = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    here.connection().execute(select(lock_it(number)))
    here.info[number] = here.get_transaction()


def one_view() -> None:
    """Before the first read of a transaction: all its reads see one state of the database. On SQLite they do anyway."""
    here = session()
    if here.get_bind().dialect.name == "postgresql":
        here.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def transaction() -> Iterator[None]:
    """All or nothing, for a task or a command. A request gets its own from `settle`."""
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.remove()


def run(statement: Executable, **values: Any) -> Result[Any]:
    """The answer to a statement about columns, made once with a `bindparam` for each value: making a statement takes
    longer than running it, and rows of columns need none of the session's care for objects."""
    here = session()
    here.flush()
    return here.connection().execute(statement, values)


def put(row: Row) -> None:
    """Insert one row by a plain statement, and hold it as if the session had: for where very many come at once, since
    the session's care for an object takes longer than its statement. No deadline is among its values, or whoever calls
    this holds the calendar."""
    values = {name: value for name, value in vars(row).items() if name in row.__table__.c}
    row.id = run(_put(type(row)), **values).scalar_one()
    make_transient_to_detached(row)
    session.add(row)


@cache
def _put(model: type[Row]) -> Executable:
    return insert(model).returning(model.id)


def settle(keep: bool) -> None:
    """End a request's transaction: keep what was done, or drop it."""
    if keep:
        session.commit()
    else:
        session.rollback()
