"""Contracts as uploaded and confirmed, and the one complete material list of a job."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.agencies.models import Agency
from app.contracts.rules import MAY_READ, MAY_READ_CONTRACT, MaterialState
from app.infra.db import Cents, Row, session
from app.infra.files import File
from app.jobs.models import Job


class Contract(Row):
    """A signed contract one side uploaded. The other side confirms it, or returns it with a reason. `agency_id` is the
    agency it was made with: who is selected after an abandoned award does not read it. `payment_days` are those of the
    calendar after the acceptance in which the fee is to be paid, where it names them."""

    MAY_READ = MAY_READ_CONTRACT

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    uploaded_at: Mapped[datetime]
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id))
    signed_on: Mapped[date]
    amount_cents: Mapped[Cents]
    days: Mapped[int]
    payment_days: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    returned_because: Mapped[str | None]

    job: Mapped[Job] = relationship()
    file: Mapped[File] = relationship()
    uploaded_by: Mapped[Unit] = relationship()


class MaterialLine(Row):
    """One paper on a job's material list: asked once, handed in with a file, accepted or found defective once."""

    MAY_READ = MAY_READ

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    position: Mapped[int]
    name: Mapped[str]
    proves: Mapped[str]
    essential: Mapped[bool]
    state: Mapped[str] = mapped_column(default=MaterialState.ASKED)
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    note: Mapped[str] = mapped_column(default="")
    defect: Mapped[str | None]

    job: Mapped[Job] = relationship()
    file: Mapped[File | None] = relationship()

    __table_args__ = (
        UniqueConstraint("job_id", "position"),
        CheckConstraint(one_of("state", MaterialState), "known_state"),
        CheckConstraint("state <> 'defective' OR defect IS NOT NULL", "a_defect_is_named"),
    )


def contracts_of(job_id: int) -> list[Contract]:
    """Newest first."""
    query = (
        select(Contract)
        .where(Contract.job_id == job_id)
        .options(joinedload(Contract.file))
        .order_by(Contract.id.desc())
    )
    return list(session.scalars(query))


def contract_in_force(job_id: int) -> Contract | None:
    """The newest contract that was not returned: the one to be confirmed, or confirmed."""
    query = select(Contract).where(Contract.job_id == job_id, Contract.returned_at.is_(None))
    return session.scalar(query.order_by(Contract.id.desc()).limit(1))


def materials_asked(job_id: int) -> list[MaterialLine]:
    query = (
        select(MaterialLine)
        .where(MaterialLine.job_id == job_id)
        .options(joinedload(MaterialLine.file))
        .order_by(MaterialLine.position)
    )
    return list(session.scalars(query))
