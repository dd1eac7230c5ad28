"""The clock is an actor like any other: it takes every step whose deadline has passed."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, func, literal, or_, select, union_all

from app.infra.db import on_connect, run, session, transaction
from app.infra.record import advance
from app.kernel.act import CLOCK, Act

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=10)
AT_ONCE = timedelta(0)

# (model, id) → how often a row could not be moved, and until when it is left alone.
_stuck: dict[tuple[str, int], tuple[int, datetime]] = {}
on_connect(_stuck.clear)

Verbs = Mapping[tuple[str, str], Callable[[Act, Any], None]]


def tick(lives: Iterable[Any], now: datetime, verbs: Verbs, grace: timedelta = AT_ONCE) -> int:
    """Advance every late row once, each in its own transaction. `verbs` holds the steps that do more than move;
    `grace` is how long after a deadline the clock comes by."""
    done = 0
    for model in lives:
        for state, id in late(model, now, grace):
            done += _take(model, state, id, now, verbs)
    session.rollback()
    return done


def late(model: Any, now: datetime, grace: timedelta = AT_ONCE, limit: int = 1000) -> list[tuple[str, int]]:
    """(state, id) of rows whose deadline has passed and whose next step is the clock's, by the (state, due) index.
    A deadline that was no later than the step before it gave nobody time to act, and has no grace."""
    found: Any = run(_late(model), now=now, ripe=now - grace, limit=limit).all() if model.LIFE.lapses else []
    return [(state, id) for state, id in found]


@cache
def _late(model: Any) -> CompoundSelect[Any]:
    """Of each state the first so many: rows that cannot be moved keep no other state's from their turn."""
    ripe = or_(model.due <= bindparam("ripe"), model.due <= model.state_since)
    each = []
    for state in model.LIFE.lapses:
        here = select(literal(str(state)), model.id).where(model.state == state, model.due <= bindparam("now"), ripe)
        each.append(select(here.order_by(model.due).limit(bindparam("limit")).subquery()))
    return union_all(*each)


def lag(lives: Iterable[Any], now: datetime) -> float:
    """Seconds by which the clock is behind: the oldest deadline it should have acted on (0 when none)."""
    oldest = [
        session.scalar(select(func.min(model.due)).where(model.state == state, model.due <= now))
        for model in lives
        for state in model.LIFE.lapses
    ]
    return max(((now - due).total_seconds() for due in oldest if due), default=0.0)


def _take(model: Any, state: str, id: int, now: datetime, verbs: Verbs) -> int:
    """One late row, one transaction. A failure is logged, waits longer each time, and keeps no other row waiting."""
    row = (model.__name__, id)
    times, until = _stuck.get(row, (0, now))
    if now < until:
        return 0
    try:
        with transaction():
            take_late(model, id, now, verbs)
    except Exception:
        wait = min(timedelta(seconds=2**times), LONGEST_WAIT)
        _stuck[row] = (times + 1, now + wait)
        log.exception("the clock could not move %s %s from %s and tries again in %s", *row, state, wait)
        return 0
    _stuck.pop(row, None)
    return 1


def take_late(model: Any, id: int, now: datetime, verbs: Verbs) -> None:
    """Inside the caller's transaction: lock the row and take the clock's step if it is still due."""
    thing = session.get(model, id)
    if thing:
        thing.lock()
    step = model.LIFE.lapses.get(thing.state) if thing else None
    if step and model.LIFE.lapsed(thing, now):
        act = Act(CLOCK, now)
        verb = verbs.get((model.LIFE.name, step.verb))
        if verb:
            verb(act, thing)
        else:
            advance(act, thing, step.verb)
