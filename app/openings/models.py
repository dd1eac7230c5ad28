"""Readings of the outside values that jobs wait for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.infra.db import Row, session
from app.jobs.models import Job


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
