"""What is late or nearly so, of all that waits for somebody, and how often they were reminded of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint, and_, or_, select, true
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from app.accounts.models import one_of
from app.agencies.models import Agency
from app.districts.models import within
from app.infra import almanac
from app.infra.db import Row, session
from app.infra.record import Event, Living
from app.inquiries.models import Inquiry
from app.jobs.models import Job, began, lights_of
from app.jobs.rules import MAY_READ as MAY_READ_JOB
from app.jobs.rules import State
from app.kernel.act import Actor
from app.kernel.law import Turn
from app.kernel.lights import Light
from app.kernel.workdays import HERE, due_day, local_day
from app.lateness.rules import LIFE, SAID_BY_THE_JOB, RoundState, Side, sides, terms_of
from app.notices.operations import SUBJECTS

# So many things of each kind are looked at, those first that are due first.
MOST = 1000
PRESSING = frozenset({"yellow", "red"})
# What waits no longer although its own state has not changed: a question, once its job is closed for entry.
WHILE: dict[type[Any], Any] = {Inquiry: Inquiry.job.has(Job.state == State.OPEN)}


class Round(Living, Row):
    """The daily round of reminders: there is one, and its deadline is when it goes out next."""

    LIFE = LIFE

    name: Mapped[str] = mapped_column(unique=True)

    __table_args__ = (CheckConstraint(one_of("state", RoundState), "known_state"),)


class Reminder(Row):
    """The last reminder of one thing's deadline: how urgent it was (kernel/escalation). Another deadline of the same
    thing, or another state with the same, begins anew."""

    life: Mapped[str]
    thing_id: Mapped[int]
    due: Mapped[datetime]
    rank: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("life", "thing_id"),)


@dataclass(frozen=True)
class Late:
    """A thing that somebody's turn waits for, with the job or agency it is about and how its deadline stands."""

    thing: Any
    about: Any
    turn: Turn
    sides: Sequence[Side]
    light: Light

    @property
    def key(self) -> str:
        return f"{self.thing.LIFE.name}-{self.thing.id}"

    @property
    def since(self) -> datetime:
        return began(self.thing)

    @property
    def over(self) -> int:
        """The working days overdue."""
        return max(-(self.light.days_left or 0), 0)

    @property
    def title(self) -> str:
        if isinstance(self.about, Job):
            return f"{self.about.project_name} {self.about.item.name}"
        return str(self.about.unit.name) if isinstance(self.about, Agency) else ""

    @property
    def place(self) -> str:
        return self.about.district.name if isinstance(self.about, Job) else ""

    def is_named(self, actor: Actor) -> bool:
        """Whether somebody may know what it is about, and not only that something waits."""
        if self.thing.LIFE.name in SAID_BY_THE_JOB and MAY_READ_JOB(actor, self.about):
            return True
        return bool(type(self.thing).MAY_READ(actor, self.thing))

    def units(self) -> list[str]:
        """The names of the units whose turn it is."""
        firm = self.about if isinstance(self.about, Agency) else getattr(self.about, "agency", None)
        known = {Side.OWNER: getattr(self.about, "owner", None), Side.AGENCY: firm and firm.unit}
        return [unit.name for side in self.sides if (unit := known.get(side))]


def pressing(now: datetime, *, item: int | None = None, district: str = "") -> list[Late]:
    """Everything with a deadline that is yellow or red now, the longest overdue first; of one item or district, only
    what belongs to a job of it."""
    found = [late for model in SUBJECTS.values() for late in _late(model, now, item, district)]
    return sorted(found, key=lambda late: (late.thing.due, late.key))


def near(model: Any, now: datetime, *, share: int, left: int) -> Any:
    """A condition on rows of a model: somebody's turn, and at most `left` working days to go or at least `share` % of
    the limit used. It may let through some that are not there yet, but leaves none out."""
    calendar, today = almanac.calendar(), local_day(now)
    soon = calendar.deadline(now, left)
    waits = and_(model.state.in_(list(model.LIFE.turns)), WHILE.get(model, true()))
    far = session.scalars(select(model.due).where(waits, model.due > soon).distinct()).all()
    used = {due: _used(calendar.between(today, due_day(due)), share) for due in far} if share < 100 else {}
    reach = calendar.between(calendar.first_day, today)
    earliest = {due: calendar.add(today, -days) for due, days in used.items() if days < reach}
    began = [and_(model.due == due, _began_by(model, day)) for due, day in earliest.items()]
    return and_(waits, or_(model.due <= soon, *began))


def terms_behind(lines: Sequence[Late]) -> dict[str, str]:
    """The code of the number each deadline rests on, by the key of its line; "" where it is derived from the record."""
    codes = {late.key: terms_of(late.thing.LIFE, late.thing.state) for late in lines}
    several = [late for late in lines if len(codes[late.key]) > 1]
    threads = {late.thing.thread for late in several}
    told: dict[tuple[str, int], str] = {}
    for name, id, facts in session.execute(
        select(Event.name, Event.subject_id, Event.facts).where(Event.thread_of.in_(threads)).order_by(Event.id)
    ):
        if "term" in facts:
            told[name.split(".")[0], id] = facts["term"]
    return {late.key: _chosen(codes[late.key], told.get((late.thing.LIFE.name, late.thing.id), "")) for late in lines}


def reminders_of(life: str, ids: Sequence[int]) -> dict[int, Reminder]:
    query = select(Reminder).where(Reminder.life == life, Reminder.thing_id.in_(ids))
    return {row.thing_id: row for row in session.scalars(query)}


def last_event(thing: Any) -> Event | None:
    """What happened to a thing last."""
    query = select(Event).where(Event.thread_of == thing.thread, Event.subject_id == thing.id)
    mine = query.where(Event.name.startswith(f"{thing.LIFE.name}.", autoescape=True))
    return session.scalars(mine.order_by(Event.id.desc()).limit(1)).first()


def rows_near(query: Any, model: Any, now: datetime, *, share: int, left: int) -> Sequence[Any]:
    """The rows of a query that are near their deadline or past it, the earliest deadline first."""
    waiting = query.where(near(model, now, share=share, left=left)).order_by(model.due, model.id)
    return session.scalars(waiting.limit(MOST)).unique().all()


def _late(model: Any, now: datetime, item: int | None, district: str) -> Iterator[Late]:
    of_job = model is Job or hasattr(model, "job")
    if not model.LIFE.turns or (not of_job and (item or district)):
        return
    query = select(model)
    if of_job:
        query = (query if model is Job else query.outerjoin(model.job)).options(*_around(model))
        query = query.where(Job.item_id == item) if item else query
        query = query.where(Job.district_code.in_(within(district))) if district else query
    rows = rows_near(
        query, model, now, share=almanac.number("light_share", now), left=almanac.number("light_days", now)
    )
    lights = lights_of(rows, now)
    for row in rows:
        about, turn, light = getattr(row, "job", None) or row, row.LIFE.turn(row.state), lights[row.id]
        whose = sides(turn, row, about) if turn else []
        if turn and whose and light and light.color in PRESSING:
            yield Late(row, about, turn, whose, light)


def _around(model: Any) -> list[Any]:
    """What a line tells of a job, loaded with it."""
    told = (Job.item, Job.owner, Job.district)
    firm = joinedload(Job.agency).joinedload(Agency.unit)
    if model is Job:
        return [*(joinedload(one) for one in told), firm]
    job = joinedload(model.job)
    return [*(job.joinedload(one) for one in told), job.options(firm)]


def _used(to_go: int, share: int) -> int:
    """The fewest working days used that are at least `share` % of a limit of which so many are to go."""
    return -(-share * to_go // (100 - share))


def _began_by(model: Any, day: Any) -> Any:
    """The limit began on a day at the latest. That of a service began with its clock, whatever happened since."""
    until = datetime.combine(day + timedelta(days=1), time(), HERE)
    since = model.state_since < until
    return or_(since, model.clock_start <= day) if model is Job else since


def _chosen(codes: Sequence[str], told: str) -> str:
    return told if told in codes else codes[0] if codes else ""
