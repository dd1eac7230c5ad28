"""What happened, by whom, when: an append-only log, and the source of all later work."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import insert
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.infra import almanac
from app.infra.db import Row, lock, run, session
from app.infra.outbox import enqueue
from app.kernel.act import Act
from app.kernel.law import Lifecycle, at_once


class Event(Row):
    """One thing that happened. `thread` is the story it belongs to ("job:7"); `facts` are what the page tells of it."""

    name: Mapped[str]
    subject_id: Mapped[int]
    thread_of: Mapped[str] = mapped_column("thread", index=True)
    user_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    actor_kind: Mapped[str]
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]


APPEND = insert(Event).returning(Event.id)


class Living:
    """Columns of a row that has a lifecycle: its state, since when, and the one deadline of that state. A deadline of
    working days says what it is counted from, day zero in Shanghai and how many, so that a changed calendar can derive
    it anew; one that follows from something else says neither."""

    LIFE: ClassVar[Lifecycle]
    state: Mapped[str]
    state_since: Mapped[datetime]
    due: Mapped[datetime | None]
    counted_from: Mapped[date | None]
    counted_days: Mapped[int | None]

    def lock(self) -> None:
        """Lock the row and read it anew. A row that depends on another locks that one first: all wait in one line, and
        the calendar they count by stays as it is."""
        almanac.hold()
        lock(self)  # type: ignore[arg-type]

    def counted(self) -> tuple[date, int] | None:
        """What the deadline is counted from: day zero and working days; None when it follows from something else."""
        if self.counted_from is None or self.counted_days is None:
            return None
        return self.counted_from, self.counted_days


@listens_for(session, "before_flush")
def _the_calendar_stays(here: Session, *_: Any) -> None:
    """Whoever writes to such a row holds the calendar first: those who change it wait for rows with it in hand."""
    if any(isinstance(row, Living) for row in (*here.new, *here.dirty)):
        almanac.hold()


_reactions: dict[str, Sequence[str]] = {}
_followed: dict[str, str] = {}


def plug(reactions: Mapping[str, Sequence[str]], followed: Mapping[str, str]) -> None:
    """Tell the recorder which tasks follow which event: event name → task names; and which one follows every event
    about a kind of thing: the first part of the event's name → task name. Called once by the factory."""
    _reactions.clear()
    _reactions.update(reactions)
    _followed.clear()
    _followed.update(followed)


@contextmanager
def unfollowed() -> Iterator[None]:
    """While very much is written whose followers would be told all at the end."""
    held = dict(_followed)
    _followed.clear()
    try:
        yield
    finally:
        _followed.update(held)


def record(act: Act, name: str, subject: Row, **facts: Any) -> None:
    """Append an event about a row (adding the row itself if new) and the tasks that follow from it."""
    session.add(subject)
    session.flush()
    event_id = run(
        APPEND,
        name=name,
        subject_id=subject.id,
        thread=subject.thread,
        facts=facts,
        at=act.now,
        user_id=act.actor.user_id,
        unit_id=act.actor.unit_id,
        actor_kind=act.actor.kind,
    ).scalar_one()
    for task in _reactions.get(name, ()):
        enqueue(act, task, event_id=event_id)
    if follower := _followed.get(name.split(".")[0]):
        enqueue(act, follower, event_id=event_id)


def advance(
    act: Act,
    subject: Any,
    verb: str,
    *,
    term: str = "",
    due: datetime | None = None,
    counted: tuple[date, int] | None = None,
    **facts: Any,
) -> None:
    """Take one step of the subject's lifecycle, or refuse. The row is locked, so two people cannot both be first.

    `term` names a variant of the step's period; `due` gives the instant where the table says it is derived, and
    `counted` the day and the working days that it is counted from, if it is.
    """
    subject.lock()
    step = subject.LIFE.check(act, subject, verb)
    if step.due and step.due.terms:
        code = term or step.due.terms[0]
        if code not in step.due.terms:
            raise ValueError(f"{verb} has no variant {code}")
        waits = almanac.waits(act.now, code)
        due, counted = waits["due"], (waits["counted_from"], waits["counted_days"])
        facts["term"] = code
    elif step.due is at_once:
        due = act.now
    if subject.state != step.target:
        subject.state_since = act.now
    subject.state, subject.due = step.target, due
    subject.counted_from, subject.counted_days = counted or (None, None)
    if due:
        facts["due"] = due.isoformat()
    record(act, f"{subject.LIFE.name}.{verb}", subject, **facts)
