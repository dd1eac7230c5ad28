"""Ratings both ways on five axes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.infra.db import Row, session
from app.infra.record import Event, Living
from app.jobs.models import Job
from app.jobs.rules import State
from app.ratings.rules import LIFE, MAY_READ, RatingState, Side

AXES = ("quality", "timeliness", "attitude", "fee", "conduct")


class Rating(Living, Row):
    """One side's rating of the other for one job: five axes from 1 (worst) to 5 (best) and a text.

    `points` are the axes' mean in hundredths, weighing as in the standard the job was posted under; `month` is that of
    `given_at` (kernel/scores); `tallied` says that the published scores count it."""

    LIFE, MAY_READ = LIFE, MAY_READ

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    side: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    about_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    quality: Mapped[int]
    timeliness: Mapped[int]
    attitude: Mapped[int]
    fee: Mapped[int]
    conduct: Mapped[int]
    points: Mapped[int]
    text: Mapped[str]
    given_at: Mapped[datetime]
    month: Mapped[int]
    tallied: Mapped[bool] = mapped_column(default=False)
    set_aside_because: Mapped[str | None]
    reply: Mapped[str | None]
    replied_at: Mapped[datetime | None]

    job: Mapped[Job] = relationship()
    by: Mapped[Unit] = relationship(foreign_keys=[by_id])
    about: Mapped[Unit] = relationship(foreign_keys=[about_id])

    __table_args__ = (
        UniqueConstraint("job_id", "side"),
        CheckConstraint(one_of("state", RatingState), "known_state"),
        CheckConstraint(one_of("side", Side), "known_side"),
        *(CheckConstraint(f"{axis} BETWEEN 1 AND 5", f"{axis}_is_one_to_five") for axis in AXES),
        Index(None, "about_id", "month"),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"

    @property
    def score(self) -> float:
        """The mean of the axes from 1 to 5."""
        return self.points / 100


class Correction(Row):
    """What a rating said before it was corrected: its marks by axis, and its text."""

    rating_id: Mapped[int] = mapped_column(ForeignKey(Rating.id), index=True)
    corrected_at: Mapped[datetime]
    marks: Mapped[dict[str, Any]]
    text: Mapped[str]


class Part(Row):
    """What the regulator or the service centre gives of a finished job: 1 to 5 on a described scale, with a reason."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    party: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    level: Mapped[int]
    reason: Mapped[str]
    given_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("job_id", "party"),
        CheckConstraint("party IN ('centre', 'regulator')", "known_party"),
        CheckConstraint("level BETWEEN 1 AND 5", "level_is_one_to_five"),
        CheckConstraint("reason <> ''", "a_part_has_a_reason"),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"


def corrections_of(rating_id: int) -> list[Correction]:
    return list(session.scalars(select(Correction).where(Correction.rating_id == rating_id).order_by(Correction.id)))


def parts_of(job_id: int) -> list[Part]:
    return list(session.scalars(select(Part).where(Part.job_id == job_id).order_by(Part.party)))


def ratings_of(job_id: int) -> list[Rating]:
    query = select(Rating).where(Rating.job_id == job_id).options(joinedload(Rating.by), joinedload(Rating.about))
    return list(session.scalars(query.order_by(Rating.side)))


def appeal_filed(rating: Rating) -> int | None:
    """The id of the appeal that whoever a rating is about has filed, from the record of its job."""
    filed = (Event.thread_of == rating.job.thread, Event.name == "appeal.file", Event.unit_id == rating.about_id)
    return session.scalar(select(Event.subject_id).where(*filed).limit(1))


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
