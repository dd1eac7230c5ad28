"""Ratings both ways on five axes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.catalogue.models import Standard
from app.infra.db import Row, session
from app.infra.record import Living
from app.jobs.models import Job
from app.jobs.rules import State
from app.ratings.rules import LIFE, MAY_READ, RatingState, Side

AXES = ("quality", "timeliness", "attitude", "fee", "conduct")


class Rating(Living, Row):
    """One side's rating of the other for one job: five axes from 1 (worst) to 5 (best) and a text."""

    LIFE, MAY_READ = LIFE, MAY_READ

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    side: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    about_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    quality: Mapped[int]
    timeliness: Mapped[int]
    attitude: Mapped[int]
    fee: Mapped[int]
    conduct: Mapped[int]
    text: Mapped[str]
    given_at: Mapped[datetime]
    set_aside_because: Mapped[str | None]

    job: Mapped[Job] = relationship()
    by: Mapped[Unit] = relationship(foreign_keys=[by_id])
    about: Mapped[Unit] = relationship(foreign_keys=[about_id])

    __table_args__ = (
        UniqueConstraint("job_id", "side"),
        CheckConstraint(one_of("state", RatingState), "known_state"),
        CheckConstraint(one_of("side", Side), "known_side"),
        *(CheckConstraint(f"{axis} BETWEEN 1 AND 5", f"{axis}_is_one_to_five") for axis in AXES),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"

    @property
    def score(self) -> float:
        """The mean of the axes from 1 to 5, weighing as in the standard the job was posted under."""
        return score_of(self, self.job.standard.axes)


def score_of(rating: Any, axes: list[Any]) -> float:
    """The mean of a rating's axes from 1 to 5, weighing as in a standard."""
    weights = {axis["code"]: axis["weight"] for axis in axes}
    return float(sum(weights[axis] * getattr(rating, axis) for axis in AXES) / 100)


def ratings_of(job_id: int) -> list[Rating]:
    query = select(Rating).where(Rating.job_id == job_id).options(joinedload(Rating.by), joinedload(Rating.about))
    return list(session.scalars(query.order_by(Rating.side)))


@dataclass(frozen=True)
class Mean:
    """What the others say of a unit: how many ratings count, and the mean of each axis from 1 to 5."""

    count: int
    axes: dict[str, float]


def mean_of(unit_id: int) -> Mean | None:
    """Over the ratings of archived jobs that were not set aside; None when there is none."""
    means = [func.avg(getattr(Rating, axis)) for axis in AXES]
    counting = (Rating.about_id == unit_id, Rating.state == RatingState.GIVEN, Job.state == State.ARCHIVED)
    count, *found = session.execute(select(func.count(), *means).select_from(Rating).join(Job).where(*counting)).one()
    return Mean(count, dict(zip(AXES, map(float, found), strict=True))) if count else None


def scores(unit_ids: list[int]) -> dict[int, tuple[int, float]]:
    """How many ratings of each unit count, and their mean from 1 to 5: the axes weigh as in each job's standard."""
    sums = [func.sum(getattr(Rating, axis)) for axis in AXES]
    query = (
        select(Rating.about_id, Standard, func.count(), *sums)
        .join(Rating.job)
        .join(Job.standard)
        .where(Rating.about_id.in_(unit_ids), Rating.state == RatingState.GIVEN, Job.state == State.ARCHIVED)
        .group_by(Rating.about_id, Standard.id)
    )
    found: dict[int, tuple[int, float]] = {}
    for unit_id, standard, count, *totals in session.execute(query):
        weights = {axis["code"]: axis["weight"] for axis in standard.axes}
        total = sum(weights[axis] * float(each) for axis, each in zip(AXES, totals, strict=True)) / 100
        before, mean = found.get(unit_id, (0, 0.0))
        found[unit_id] = (before + count, (before * mean + total) / (before + count))
    return found
