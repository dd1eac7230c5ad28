"""Readings of the outside values that jobs wait for, and the shares that are still here."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, and_, select, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from app.accounts.models import User
from app.infra.db import Row, session
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Actor, Kind


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
