"""Objections to a result, and those that are pending."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, or_, select
from sqlalchemy.orm import Mapped, column_property, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.entries.models import Entry
from app.infra import almanac
from app.infra.db import Row, session
from app.infra.files import File
from app.infra.record import Living
from app.jobs.models import Job, light_of
from app.jobs.rules import its_agency, objected
from app.kernel.act import Act, Actor
from app.kernel.workdays import local_day
from app.objections.rules import MAY_READ_OBJECTION, OBJECTION_LIFE, PENDING, ObjectionState
from app.selections.models import Award

YEAR = timedelta(days=365)
PERIODS = ("objection_answer", "objection_decision")


class Objection(Living, Row):
    """An objection to a result, filed during publicity. The award waits until it is decided or taken back."""

    LIFE, MAY_READ = OBJECTION_LIFE, MAY_READ_OBJECTION

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    ground: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    filed_at: Mapped[datetime] = mapped_column()
    answer: Mapped[str | None]
    answered_by_id: Mapped[int | None]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    # The agency that was selected when it was filed.
    against_id: Mapped[int | None] = column_property(
        select(Entry.agency_id)
        .join(Award, Award.entry_id == Entry.id)
        .where(Award.job_id == job_id, Award.selected_at <= filed_at)
        .where(or_(Award.ended_at.is_(None), Award.ended_at >= filed_at))
        .order_by(Award.id)
        .limit(1)
        .correlate_except(Award, Entry)
        .scalar_subquery()
    )

    job: Mapped[Job] = relationship()
    unit: Mapped[Unit] = relationship()
    file: Mapped[File | None] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", ObjectionState), "known_state"),
        CheckConstraint("state NOT IN ('filed', 'answered') OR due IS NOT NULL", "pending_has_a_deadline"),
        Index(None, "state", "due"),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"


def objections_of(job_id: int) -> list[Objection]:
    query = (
        select(Objection).where(Objection.job_id == job_id).options(joinedload(Objection.unit)).order_by(Objection.id)
    )
    return list(session.scalars(query))


def reads_some(actor: Actor, job_id: int) -> bool:
    """Whether somebody may read an objection to the result of a job."""
    return any(MAY_READ_OBJECTION(actor, one) for one in objections_of(job_id))


@dataclass(frozen=True)
class Outcomes:
    """The objections filed within a year: how many have which state, in the order of the law; of those decided, the
    working days from filing to decision of each, ascending, and how many were decided by their deadline."""

    by_state: dict[str, int]
    days: tuple[int, ...]
    in_time: int

    @property
    def filed(self) -> int:
        return sum(self.by_state.values())

    @property
    def upheld_share(self) -> float | None:
        decided = len(self.days)
        return self.by_state[ObjectionState.UPHELD] / decided if decided else None


def outcomes(now: datetime) -> Outcomes:
    """How the objections of the last year ended."""
    query = select(Objection.state, Objection.filed_at, Objection.decided_at).where(Objection.filed_at > now - YEAR)
    rows = session.execute(query).all()
    calendar, limit = almanac.calendar(), sum(almanac.number(term, now) for term in PERIODS)
    decided = [(local_day(row.filed_at), local_day(row.decided_at)) for row in rows if row.decided_at]
    days = sorted(calendar.between(*span) for span in decided)
    counted = Counter(row.state for row in rows)
    by_state = {state: counted[state] for state in OBJECTION_LIFE.states}
    return Outcomes(by_state, tuple(days), sum(one <= limit for one in days))


def pending_objections(job_id: int) -> int:
    query = (
        select(func.count())
        .select_from(Objection)
        .where(Objection.job_id == job_id, Objection.state.in_(list(PENDING)))
    )
    return session.scalar(query) or 0


def objections_pending(job_id: int) -> list[Objection]:
    query = select(Objection).where(Objection.job_id == job_id, Objection.state.in_(list(PENDING)))
    return list(session.scalars(query.order_by(Objection.id)))


def objection_awaited(act: Act, job: Job) -> dict[str, Any]:
    """What the page of a job says of the objection its award waits for, to those who may read it: of several the one
    whose turn is the reader's, else the first due; whether it is the reader's, and its light; and whether the reader
    won, to whom objecting is not offered first."""
    won = its_agency(act.actor, job)
    pending = objections_pending(job.id) if objected(act.actor, job) else []
    readable = [one for one in pending if MAY_READ_OBJECTION(act.actor, one)]
    turns = [(not OBJECTION_LIFE.turns[one.state].who(act.actor, one), one.due, one.id, one) for one in readable]
    if not turns:
        return {"settling": None, "won": won}
    other, _, _, one = min(turns)
    return {"settling": one, "settles": not other, "settling_light": light_of(one, act.now), "won": won}


def objections_to_settle(owner_id: int | None = None) -> list[Objection]:
    """The pending objections in all jobs or in those of one owner, the nearest deadline first."""
    query = select(Objection).join(Job).where(Objection.state.in_(list(PENDING)))
    if owner_id is not None:
        query = query.where(Job.owner_id == owner_id)
    eager = contains_eager(Objection.job).joinedload(Job.item)
    return list(session.scalars(query.options(eager).order_by(Objection.due)))
