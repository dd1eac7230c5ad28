"""What a builder has made on an untouched database is made again by the statements that it took.

Each test begins with the database as it was shipped. As long as only builders write, what one of them writes follows
from the calls before it, so that the same calls in another test need not go through the verbs once more: their
statements are sent again. As soon as anything else writes, or a transaction is rolled back, builders build.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import wraps
from itertools import count
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Engine, event, inspect

from app.infra.db import Row, session

P = ParamSpec("P")
T = TypeVar("T")

START = 0
READS = ("SELECT", "SAVEPOINT", "RELEASE", "PRAGMA", "BEGIN")
PLAIN = (str, int, float, date, Enum, type(None))


@dataclass(frozen=True)
class Made:
    """What a call wrote, what it gave back with which of its relationships read, and the place it led to."""

    writes: list[tuple[str, Any]]
    model: Any
    id: int
    read: dict[str, Any]
    place: int


@dataclass
class Replay:
    """The builders' calls on one database: `place` stands for those since it was put back, None once others wrote."""

    place: int | None = None
    made: dict[Hashable, Made] = field(default_factory=dict)
    writes: list[tuple[str, Any]] | None = None
    places: Iterator[int] = field(default_factory=lambda: count(1))

    def listen(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self._executes)
        event.listen(engine, "rollback", self._rolls_back)

    def _executes(self, connection: Any, cursor: Any, statement: str, sent: Any, *rest: Any) -> None:
        if statement.startswith(READS):
            return
        if self.writes is None or statement.startswith("ROLLBACK"):
            self.place = None
        else:
            self.writes.append((statement, sent))

    def _rolls_back(self, connection: Any) -> None:
        if self.place != START or self.writes:
            self.place = None

    def call(self, build: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.writes is not None:
            return build(*args, **kwargs)
        session.flush()
        given = [one for one in (*args, *kwargs.values()) if isinstance(one, Row)]
        known = _known((args, kwargs))
        if self.place is None or known is None:
            self.place = None
            return build(*args, **kwargs)
        key = (self.place, build.__name__, known)
        if key in self.made:
            return self._again(self.made[key], given)
        with self._recorded() as writes:
            row = build(*args, **kwargs)
            session.flush()
        if self.place is not None:
            self.place = next(self.places)
            self.made[key] = Made(writes, type(row), row.id, _read(row), self.place)
        return row

    @contextmanager
    def _recorded(self) -> Iterator[list[tuple[str, Any]]]:
        self.writes = []
        try:
            yield self.writes
        except BaseException:
            self.place = None
            raise
        finally:
            self.writes = None

    def _again(self, made: Made, given: list[Row]) -> Any:
        connection: Any = session.connection().connection
        cursor = connection.cursor()
        with connection.pipeline() if hasattr(connection, "pipeline") else nullcontext():
            for statement, sent in made.writes:
                (cursor.executemany if isinstance(sent, list) else cursor.execute)(statement, sent)
        cursor.close()
        for row in given:
            read = _read(row)
            session.refresh(row)
            _read_again(row, read)
        row = session.get_one(made.model, made.id)
        _read_again(row, made.read)
        self.place = made.place
        return row


here: Replay | None = None


def on(replay: Replay) -> None:
    """The database has been put back: from now on its builders' calls are told apart."""
    global here
    here, replay.place = replay, START


def off() -> None:
    """In this test what builders write follows from more than their calls: let them build."""
    if here:
        here.place = None


def made_once(build: Callable[P, T]) -> Callable[P, T]:
    """Let a builder of one row replay."""

    @wraps(build)
    def make(*args: P.args, **kwargs: P.kwargs) -> T:
        return here.call(build, args, kwargs) if here else build(*args, **kwargs)  # type: ignore[no-any-return]

    return make


def _known(value: Any) -> Hashable:
    """What an argument is, by value; None when it cannot be told."""
    if isinstance(value, Row):
        return (type(value).__name__, value.id)
    if isinstance(value, PLAIN):
        return (type(value).__name__, value)
    parts = sorted(value.items()) if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
    known = None if parts is None else tuple(_known(part) for part in parts)
    return None if known is None or None in known else known


def _read(row: Any, deep: int = 3) -> dict[str, Any]:
    """Which relationships of a row were read, and of the rows behind them."""
    names = inspect(type(row)).relationships.keys() & vars(row).keys() if deep else ()
    return {name: _read(getattr(row, name), deep - 1) for name in names if isinstance(getattr(row, name), Row)}


def _read_again(row: Any, read: dict[str, Any]) -> None:
    for name, further in read.items():
        _read_again(getattr(row, name), further)
