"""Readings of the outside values that jobs wait for, and the shares that are still here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, func, select, text, true
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from app.accounts.models import User
from app.infra.db import Row, session
from app.infra.record import Event
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import VISITOR, Actor, Kind
from app.openings.rules import BRINGS, READINGS, unlocks, unread


class Reading(Row):
    """What one officer, or the service itself where `user_id` is null, read at the source; each has one per job and may
    correct it."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    value: Mapped[str]
    read_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("job_id", "user_id"),
        Index(
            "uq_reading_service",
            "job_id",
            unique=True,
            sqlite_where=text("user_id IS NULL"),
            postgresql_where=text("user_id IS NULL"),
        ),
    )


def readings_of(job_id: int) -> list[Reading]:
    return list(session.scalars(select(Reading).where(Reading.job_id == job_id).order_by(Reading.id)))


def disagree(readings: list[Reading]) -> bool:
    """Whether there are readings and no two of them are the same."""
    return len(readings) > 1 and len({one.value for one in readings}) == len(readings)


def shares_to_take(actor: Actor) -> list[Job]:
    """The jobs whose share waits here for an actor: for the officer named, or for the regulator of the sector."""
    if actor.kind not in (Kind.OWNER, Kind.REGULATOR):
        return []
    mine = and_(Job.owner_id == actor.unit_id, Job.officer_id == actor.user_id, Job.officer_share.is_not(None))
    if actor.kind == Kind.REGULATOR:
        mine = and_(Job.sector_code == actor.sector, Job.recovery_share.is_not(None))
    here = (Job.two_person, Job.state.in_([State.OPEN, State.AWAITING]), mine)
    return list(session.scalars(select(Job).where(*here).options(joinedload(Job.item)).order_by(Job.due)))


def shares_here(job_id: int) -> tuple[bool, bool]:
    """Whether the officer's and the recovery share of a job have not been taken yet."""
    left = select(Job.officer_share.is_not(None), Job.recovery_share.is_not(None))
    officer, recovery = session.execute(left.where(Job.id == job_id)).one()
    return bool(officer), bool(recovery)


@dataclass(frozen=True)
class Part:
    """What one of those who open a job brings, a msgid; when a share was taken and when it was brought; and whether the
    job cannot be opened without."""

    what: str
    is_share: bool
    taken_at: datetime | None
    brought_at: datetime | None
    lacking: bool


def parts_of(job: Job) -> list[Part]:
    """Who brought what opens a job and who did not, from the record and the readings."""
    parts = []
    if job.outside_source:
        agreed = [one.read_at for one in readings_of(job.id) if one.value == job.outside_value]
        parts.append(Part(READINGS, False, None, max(agreed, default=None), unread(VISITOR, job)))
    if job.two_person:
        told = select(Event).where(Event.thread_of == job.thread, Event.name.in_(["job.take_share", "job.bring_share"]))
        at = {(one.name, one.facts.get("share")): one.at for one in session.scalars(told)}
        for share, what in BRINGS.items():
            taken, brought = at.get(("job.take_share", share)), at.get(("job.bring_share", share))
            parts.append(Part(what, True, taken, brought, unlocks(VISITOR, job)))
    return parts


@dataclass(frozen=True)
class Unopened:
    """The jobs of a sector whose selection failed because nobody brought what opens them: how many in all, how many
    lacked every share, how many the operator's readings, and the latest, each with what was told of it."""

    jobs: int
    shares: int
    readings: int
    latest: list[tuple[Job, dict[str, Any]]]


def unopened(since: datetime, sector: str | None, limit: int = 20) -> Unopened:
    """The jobs that failed like this since an instant, in two statements: no others failed with something missing."""
    no_share = Job.two_person & ~Job.unlocked
    unread = Job.outside_source.is_not(None) & Job.outside_value.is_(None)
    theirs = (Job.state == State.FAILED, Job.closed_at.is_not(None), Job.sector_code == sector, no_share | unread)
    counts = [func.count().filter(lacks).over() for lacks in (true(), no_share, unread)]
    query = (
        select(Job, *counts)
        .where(*theirs, Job.state_since > since)
        .options(joinedload(Job.item), joinedload(Job.owner))
    )
    rows: Any = session.execute(query.order_by(Job.state_since.desc(), Job.id.desc()).limit(limit)).all()
    if not rows:
        return Unopened(0, 0, 0, [])
    jobs = [row[0] for row in rows]
    failing = (Event.thread_of.in_([job.thread for job in jobs]), Event.name == "job.give_up")
    told = {event.subject_id: event.facts for event in session.scalars(select(Event).where(*failing))}
    _, number, shares, readings = rows[0]
    return Unopened(number, shares, readings, [(job, told.get(job.id, {})) for job in jobs])
