"""Every open deadline after a change of the calendar: derived anew from what it is counted from, in a few statements.

A deadline only ever moves to a later day. What the calendar would make earlier stays; where it is a promise, the
earlier day is kept beside it until the one who promised agrees.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    Integer,
    String,
    and_,
    cast,
    column,
    func,
    insert,
    literal,
    or_,
    select,
    update,
    values,
)

from app.infra import almanac, moved
from app.infra.db import Moment, Row, session
from app.infra.moved import Moved, Promised
from app.infra.record import Event, record
from app.kernel.act import CLOCK, Act
from app.kernel.workdays import HERE, Calendar, due_day

CHUNK = 2_000  # rows of values a statement
AT_ONCE = 10_000  # rows that the act itself writes, and no more


class Fate(StrEnum):
    """What a change of the calendar means for a deadline."""

    MOVES = "moves"
    EARLIER = "earlier"
    STAYS = "stays"
    FIRM = "firm"
    AS_BEFORE = "as before"


EVENTS = {Fate.MOVES: "due_changed", Fate.EARLIER: "earlier_offered", Fate.FIRM: "due_firm"}


@dataclass(frozen=True)
class Move:
    """What becomes of the deadlines of `rows` rows of a model that wait in one state for one instant, `before`; `after`
    is what the calendar makes of it. They are counted from the same day and as many working days; or it is one row
    alone, `id`, whose deadline follows from something else, or is kept elsewhere while the row itself has none."""

    model: Any
    state: str
    before: datetime
    after: datetime
    fate: Fate
    rows: int = 1
    counted: tuple[date, int] | None = None
    id: int | None = None

    @property
    def promise(self) -> bool:
        return self.state in getattr(self.model, "PROMISED", ())

    @property
    def holds(self) -> datetime:
        """The deadline from now on."""
        return self.after if self.fate == Fate.MOVES else self.before


Derived = Callable[[datetime], Iterable[tuple[Any, datetime, datetime]]]
_plugged: dict[str, Sequence[Any]] = {"lives": (), "derived": (), "following": ()}


def plug(lives: Sequence[Any], derived: Sequence[Derived], following: Sequence[Callable[..., None]]) -> None:
    """Say which rows have deadlines; what derives those that are not counted from a day, as (row, the instant that
    holds, the one that follows); and what follows what has moved, given the act and the moves. Called once by the
    factory."""
    _plugged.update(lives=lives, derived=derived, following=following)
    moved.plug(_follow)


def moves(old: Calendar, new: Calendar, since: date, now: datetime) -> list[Move]:
    """What a new calendar, different from the old one from the day `since` on, makes of the open deadlines, the first
    to end first. A deadline that has passed and is the clock's to act on is open no longer."""
    changed_from = datetime.combine(since, time(), HERE)
    found = [move for model in _plugged["lives"] for move in _counted(model, old, new, changed_from, now)]
    with almanac.supposing(new):
        for derive in _plugged["derived"]:
            for row, before, after in derive(now):
                fate = _fate(row, row.state, before, after, getattr(row, "earlier_due", None), old, new)
                if fate and before > changed_from:
                    found.append(Move(type(row), row.state, before, after, fate, id=row.id))
    return sorted(found, key=lambda move: (move.before, move.after, move.model.__name__, move.state, move.id or 0))


def carry_out(act: Act, found: Sequence[Move], **facts: Any) -> None:
    """Let what `moves` found hold: deadlines, one event for each that is told, and what follows from them. Where there
    are more than AT_ONCE of a model that can wait for it, those are written down afterwards (moved.py)."""
    later: set[Move] = set()
    for model in {move.model: True for move in found}:
        counted = [move for move in found if move.model is model and move.counted and move.fate != Fate.STAYS]
        moving = [move for move in counted if move.fate == Fate.MOVES]
        if issubclass(model, Promised) and sum(move.rows for move in moving) > AT_ONCE:
            _write_later(act, model, moving, facts)
            counted = [move for move in counted if move.fate != Fate.MOVES]
            later.update(moving)
        for first in range(0, len(counted), CHUNK):
            _write(act, model, counted[first : first + CHUNK], facts)
    for move in found:
        if move.id is not None:
            _settle(act, session.get_one(move.model, move.id), move, facts)
    session.flush()
    session.expire_all()
    for follow in _plugged["following"]:
        follow(act, [move for move in found if move not in later])


def ids_of(move: Move, skip: int, limit: int) -> list[int]:
    """The rows a move is about, by id, past the first so many."""
    if move.id is not None:
        return [move.id][skip:]
    query = select(move.model.id).where(*_same(move)).order_by(move.model.id)
    return list(session.scalars(query.offset(skip).limit(limit)))


def _counted(model: Any, old: Calendar, new: Calendar, changed_from: datetime, now: datetime) -> Iterable[Move]:
    key = (model.state, model.due, model.counted_from, model.counted_days)
    still_open = or_(model.due > now, model.state.not_in(list(model.LIFE.lapses)))
    waiting = (model.counted_days.is_not(None), model.due > changed_from, still_open)
    asked = select(*key, func.count()).where(*waiting).group_by(*key)
    offers = _offers(model, key) if issubclass(model, Promised) else {}
    for state, before, start, days, rows in session.execute(asked):
        after = new.deadline_from(start, days)
        fate = _fate(model, state, before, after, offers.get((state, before, start, days)), old, new)
        if fate:
            yield Move(model, state, before, after, fate, rows, (start, days))


def _offers(model: Any, key: tuple[Any, ...]) -> dict[Any, datetime]:
    """The earlier days that are offered now, by what their deadlines are counted from."""
    offered = (model.state.in_(list(model.PROMISED)), model.earlier_due.is_not(None))
    asked = select(func.max(model.earlier_due), *key).where(*offered).group_by(*key)
    return {tuple(same): earlier for earlier, *same in session.execute(asked)}


def _fate(
    about: Any, state: str, before: datetime, after: datetime, offered: Any, old: Calendar, new: Calendar
) -> Fate | None:
    if after > before:
        return Fate.MOVES
    if after < before and state in getattr(about, "PROMISED", ()):
        return Fate.EARLIER if offered != after else None
    if after < before:
        return Fate.STAYS
    if old.provisional(due_day(before)) and not new.provisional(due_day(after)):
        return Fate.FIRM
    return Fate.AS_BEFORE if offered is not None else None


def _same(move: Move) -> tuple[Any, ...]:
    """Where a row is one of those that a move of many is about."""
    model, (start, days) = move.model, move.counted or (None, None)
    same = (model.counted_from == start, model.counted_days == days)
    return (model.state == move.state, model.due == move.before, *same)


def _write(act: Act, model: Any, found: Sequence[Move], facts: dict[str, Any]) -> None:
    """One event for each row of these moves, then their new deadlines: the rows are known by what they were."""
    told = [move for move in found if move.fate in EVENTS]
    if model.thread is not Row.thread:
        rows = [(session.get_one(model, id), move) for move in found for id in ids_of(move, 0, move.rows)]
        for row, move in rows:
            _settle(act, row, move, facts)
        return
    if told:
        session.execute(_events(act, model, told, facts))
    for fate in (Fate.MOVES, Fate.AS_BEFORE, Fate.EARLIER):
        for promise in (True, False):
            part = [move for move in found if move.fate == fate and move.promise == promise]
            if part:
                now = _values(part, facts)
                changed = update(model).where(_joined(model, now)).values(_changes(part[0], now.c.after))
                session.execute(changed, execution_options={"synchronize_session": False})


def _write_later(act: Act, model: Any, found: Sequence[Move], facts: dict[str, Any]) -> None:
    who = {"user_id": act.actor.user_id, "unit_id": act.actor.unit_id, "actor_kind": act.actor.kind, "at": act.now}
    for move in found:
        start, days = move.counted or (None, None)
        counted = {"counted_from": start, "counted_days": days, "before": move.before, "after": move.after}
        told = {"name": _name(move), "facts": _facts(move) | facts}
        session.add(Moved(of=model.__tablename__, state=move.state, **counted, **told, **who))


def _follow(model: Any, line: Moved) -> None:
    """What follows when rows of a line are written down."""
    counted = line.counted_from, line.counted_days
    move = Move(model, line.state, line.before, line.after, Fate.MOVES, counted=counted)
    for follow in _plugged["following"]:
        follow(Act(CLOCK, line.at), [move])


def _changes(move: Move, after: Any) -> dict[str, Any]:
    """What is written of a move, by column."""
    if move.fate in (Fate.STAYS, Fate.FIRM):
        return {}
    due = {"due": after} if move.fate == Fate.MOVES else {}
    if not move.promise:
        return due
    return (
        due
        | {f"service_{name}": one for name, one in due.items()}
        | {"earlier_due": after if move.fate == Fate.EARLIER else None}
    )


def _values(found: Sequence[Move], facts: dict[str, Any]) -> Any:
    """These moves as a table inside a statement."""
    columns = (
        column("state", String), column("counted_from", Date), column("counted_days", Integer),
        column("before", Moment), column("after", Moment), column("name", String), column("facts", JSON),
    )  # fmt: skip
    rows = [
        (move.state, *(move.counted or (None, None)), move.before, move.after, _name(move), _facts(move) | facts)
        for move in found
    ]
    return values(*columns, name="told").data(rows).cte("moved")


def _joined(model: Any, now: Any) -> Any:
    counted = and_(model.counted_from == now.c.counted_from, model.counted_days == now.c.counted_days)
    return and_(model.state == now.c.state, model.due == now.c.before, counted)


def _events(act: Act, model: Any, told: Sequence[Move], facts: dict[str, Any]) -> Any:
    now, actor = _values(told, facts), act.actor
    thread = literal(f"{model.__tablename__}:").concat(cast(model.id, String))
    who = (literal(actor.user_id, Integer), literal(actor.unit_id, Integer), literal(actor.kind, String))
    rows = select(now.c.name, model.id, thread, *who, literal(act.now, Moment), now.c.facts).join(
        now, _joined(model, now)
    )
    names = ["name", "subject_id", "thread", "user_id", "unit_id", "actor_kind", "at", "facts"]
    return insert(Event.__table__).from_select(names, rows)  # type: ignore[arg-type]


def _settle(act: Act, row: Any, move: Move, facts: dict[str, Any]) -> None:
    """One row by itself; one without a deadline gets none."""
    for name, value in _changes(move, move.after).items() if row.due else ():
        setattr(row, name, value)
    if move.fate in EVENTS:
        record(act, _name(move), row, **_facts(move), **facts)


def _name(move: Move) -> str:
    return f"{move.model.LIFE.name}.{EVENTS.get(move.fate, move.fate)}"


def _facts(move: Move) -> dict[str, Any]:
    before, after = move.before.isoformat(), move.after.isoformat()
    return {"before": before, "due": move.holds.isoformat()} | ({"earlier": after} if move.fate == Fate.EARLIER else {})
