"""Objections to a result, and those that are pending."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.infra.db import Row, session
from app.infra.files import File
from app.infra.record import Living
from app.jobs.models import Job
from app.objections.rules import MAY_READ_OBJECTION, OBJECTION_LIFE, PENDING, ObjectionState


class Objection(Living, Row):
    """An objection to a result, filed during publicity. The award waits until it is decided or taken back."""

    LIFE, MAY_READ = OBJECTION_LIFE, MAY_READ_OBJECTION

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    ground: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    filed_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_by_id: Mapped[int | None]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]

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


def objections_to_settle(owner_id: int | None = None) -> list[Objection]:
    """The pending objections in all jobs or in those of one owner, the nearest deadline first."""
    query = select(Objection).join(Job).where(Objection.state.in_(list(PENDING)))
    if owner_id is not None:
        query = query.where(Job.owner_id == owner_id)
    eager = contains_eager(Objection.job).joinedload(Job.item)
    return list(session.scalars(query.options(eager).order_by(Objection.due)))
