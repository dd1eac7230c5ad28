"""Addenda: what was changed of a job after its publication, in numbered acts of its owner."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.infra.db import Row, session
from app.jobs.models import Job


class Addendum(Row):
    """The `number`-th addendum of a job. `changes` are the values before and after, by the field of the job; the entry
    closes at `closes`, before the addendum it would have at `closed`."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    number: Mapped[int]
    published_at: Mapped[datetime]
    text: Mapped[str]
    changes: Mapped[dict[str, Any]]
    closed: Mapped[datetime]
    closes: Mapped[datetime]

    job: Mapped[Job] = relationship()

    __table_args__ = (UniqueConstraint("job_id", "number"),)


def addenda_of(job_id: int) -> list[Addendum]:
    """The addenda of a job in their order."""
    return list(session.scalars(select(Addendum).where(Addendum.job_id == job_id).order_by(Addendum.number)))


def addenda_counted(job_id: int) -> int:
    return session.scalar(select(func.count(Addendum.id)).where(Addendum.job_id == job_id)) or 0
