"""Appeals against a rating."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.appeals.rules import LIFE, MAY_READ, PENDING, AppealState
from app.infra.db import Row, session
from app.infra.files import File
from app.infra.record import Living
from app.jobs.models import Job
from app.ratings.models import Rating


class Appeal(Living, Row):
    """An appeal (申诉) against a rating by whoever it is about; one for each rating."""

    LIFE, MAY_READ = LIFE, MAY_READ

    rating_id: Mapped[int] = mapped_column(ForeignKey(Rating.id), unique=True)
    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    sector_code: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    ground: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    filed_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    rating: Mapped[Rating] = relationship()
    job: Mapped[Job] = relationship()
    unit: Mapped[Unit] = relationship()
    file: Mapped[File | None] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", AppealState), "known_state"),
        CheckConstraint("state <> 'filed' OR due IS NOT NULL", "pending_has_a_deadline"),
        Index(None, "state", "due"),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"


def appeal_of(rating_id: int) -> Appeal | None:
    return session.scalar(select(Appeal).where(Appeal.rating_id == rating_id))


def appeals_to_decide(sector: str | None) -> list[Appeal]:
    """The pending appeals of a sector, the nearest deadline first."""
    query = select(Appeal).where(Appeal.state.in_(list(PENDING)), Appeal.sector_code == sector)
    return list(session.scalars(query.options(joinedload(Appeal.job).joinedload(Job.item)).order_by(Appeal.due)))
