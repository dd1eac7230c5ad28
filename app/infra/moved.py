"""Deadlines that a change of the calendar has moved while their rows still say the one before.

Where very many move at once, the change itself only says what becomes of them: one line for all rows that wait in one
state for one instant, counted from one day. From its commit on, whoever reads a row reads that line with it, whoever
locks a row writes it down first, and the worker writes down all the others, the soonest first. A deadline only moves
later, so what finds rows by their deadline may look at one too early, never too late.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    UniqueConstraint,
    and_,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, column_property, declared_attr
from sqlalchemy.orm.attributes import set_committed_value

from app.infra import almanac
from app.infra.db import Moment, Row, session
from app.infra.record import Event, Living

A_BATCH = 2_000
LINES_AT_A_TIME = 100


class Moved(Row):
    """What becomes of the rows of a table, `of`, that wait in a state for an instant, `before`, counted from a day and
    as many working days: they end at `after`. `name` and `facts` are those of the event of each, `at` and the rest
    whose act it was."""

    of: Mapped[str]
    state: Mapped[str]
    before: Mapped[datetime]
    counted_from: Mapped[date]
    counted_days: Mapped[int]
    after: Mapped[datetime]
    name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    actor_kind: Mapped[str]

    __table_args__ = (UniqueConstraint("of", "state", "before", "counted_from", "counted_days"),)


class Promised(Living):
    """Columns of a row of which the deadline of some states, PROMISED, is a promise: the first one that was told, the
    one that holds, and an earlier one that the calendar has allowed since and nobody has agreed to. There may be very
    many such rows: `moved_to` is the deadline of one that is not written down yet. What is loaded is what holds."""

    PROMISED: ClassVar[frozenset[str]] = frozenset()
    promised_due: Mapped[datetime | None]
    service_due: Mapped[datetime | None]
    earlier_due: Mapped[datetime | None]

    @declared_attr
    def moved_to(cls) -> Mapped[datetime | None]:
        line = select(Moved.after).where(*_is_of(cls, Moved)).correlate_except(Moved)
        return column_property(line.scalar_subquery())

    def lock(self) -> None:
        """As ever; and whoever changes the row finds it written down."""
        super().lock()
        if self.moved_to is not None:
            row: Any = self
            model = type(row)
            here = select(Moved).join(model, and_(*_is_of(model, Moved))).where(model.id == row.id)
            line = session.scalars(here).one()
            _write_down(model, line, [row.id])
            set_committed_value(self, "moved_to", None)
            _following[0](model, line)


def held(model: type[Promised], row: Any) -> dict[str, Any]:
    """What holds of a row that is not written down yet instead of what it says, by column."""
    if row.moved_to is None:
        return {}
    promise = {"service_due": row.moved_to, "earlier_due": None} if row.state in model.PROMISED else {}
    return {"due": row.moved_to} | promise


def holds(model: Any) -> ColumnElement[datetime]:
    """The deadline that holds, for those who read columns and not rows."""
    return func.coalesce(model.moved_to, model.due)


@listens_for(Promised, "load", propagate=True)
@listens_for(Promised, "refresh", propagate=True)
def _as_it_holds(row: Any, _: Any, names: Any = ("due",)) -> None:
    if "moved_to" in vars(row) and (names is None or "due" in names):
        for name, value in held(type(row), row).items():
            set_committed_value(row, name, value)


_following: list[Callable[[Any, Moved], None]] = []


def plug(follow: Callable[[Any, Moved], None]) -> None:
    """Say what follows when rows of a model are written down, given their line."""
    _following[:] = [follow]


def pending() -> bool:
    """Whether there are rows that are not written down yet."""
    return session.scalar(select(Moved.id).limit(1)) is not None


def write_some(limit: int = A_BATCH) -> int:
    """Inside the caller's transaction: write down so many rows at most, the soonest to end first; return how many. Rows
    that somebody else holds are left for the next time."""
    almanac.hold()
    lines = session.scalars(select(Moved).order_by(Moved.before, Moved.id).limit(LINES_AT_A_TIME)).all()
    written = 0
    for line in lines:
        if written >= limit:
            break
        model: Any = next(one.class_ for one in Row.registry.mappers if one.local_table.description == line.of)
        waiting = select(model.id).where(*_is_of(model, line))
        free = waiting.limit(limit - written).with_for_update(of=model, skip_locked=True)
        ids = session.scalars(free).all()
        _write_down(model, line, ids)
        written += len(ids)
        if session.scalar(waiting.limit(1)) is None:
            _following[0](model, line)
            session.delete(line)
    return written


def _is_of(model: Any, line: Any) -> tuple[Any, ...]:
    """Where a row is one of those that a line is about."""
    counted = (model.counted_from == line.counted_from, model.counted_days == line.counted_days)
    return (line.of == model.__tablename__, model.state == line.state, model.due == line.before, *counted)


def _write_down(model: Any, line: Moved, ids: Sequence[int]) -> None:
    """An event of each of these rows of a line, then their new deadline."""
    thread = literal(f"{model.__tablename__}:").concat(cast(model.id, String))
    who = (literal(line.user_id, Integer), literal(line.unit_id, Integer), literal(line.actor_kind, String))
    told = (literal(line.name, String), literal(line.facts, Event.facts.type), literal(line.at, Moment))
    here = model.id.in_(ids)
    events = select(told[0], model.id, thread, *who, told[2], told[1]).where(here)
    names = ["name", "subject_id", "thread", "user_id", "unit_id", "actor_kind", "at", "facts"]
    session.execute(insert(Event.__table__).from_select(names, events))  # type: ignore[arg-type]
    changes: dict[str, Any] = {"due": line.after}
    if line.state in model.PROMISED:
        changes |= {"service_due": line.after, "earlier_due": None}
    quietly = {"synchronize_session": False}
    session.execute(update(model).where(here).values(changes), execution_options=quietly)
