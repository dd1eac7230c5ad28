"""Pauses of the service clock and deliveries of the report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.infra.db import Row, run, session
from app.infra.files import File
from app.infra.record import Living
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Actor
from app.services.rules import LIFE, MAY_READ, PauseState, Reason

COUNTING = (PauseState.RUNNING, PauseState.ENDED)


class Pause(Living, Row):
    """A pause of the service clock, from the instant it was asked for; it counts once confirmed and not vetoed. `due`
    is when silence confirms it and, while it runs, when all pauses of the job reach their cap and it ends by itself."""

    LIFE, MAY_READ = LIFE, MAY_READ

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    reason: Mapped[str]
    text: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    answer: Mapped[str | None]

    job: Mapped[Job] = relationship()
    asked_by: Mapped[Unit] = relationship()
    file: Mapped[File | None] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", PauseState), "known_state"),
        CheckConstraint(one_of("reason", Reason), "known_reason"),
        CheckConstraint("ended_at IS NULL OR ended_at >= asked_at", "a_pause_ends_after_it_starts"),
        CheckConstraint("state <> 'ended' OR ended_at IS NOT NULL", "an_ended_pause_has_an_end"),
        Index(None, "state", "due"),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"

    def lock(self) -> None:
        self.job.lock()
        super().lock()


class Delivery(Row):
    """One round of delivering the report; round 1 is the first. Returned rounds keep the owner's reasons."""

    MAY_READ = MAY_READ

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    round: Mapped[int]
    delivered_at: Mapped[datetime]
    note: Mapped[str]
    returned_at: Mapped[datetime | None]
    returned_because: Mapped[str | None]

    job: Mapped[Job] = relationship()

    __table_args__ = (UniqueConstraint("job_id", "round"),)


class DeliveredFile(Row):
    """A file of a delivery."""

    delivery_id: Mapped[int] = mapped_column(ForeignKey(Delivery.id), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey(File.id))

    delivery: Mapped[Delivery] = relationship()
    file: Mapped[File] = relationship()

    @property
    def job(self) -> Job:
        return self.delivery.job

    @staticmethod
    def MAY_READ(actor: Actor, thing: "DeliveredFile") -> bool:
        return MAY_READ(actor, thing)


def pauses_of(job_id: int) -> list[Pause]:
    query = select(Pause).where(Pause.job_id == job_id).options(joinedload(Pause.asked_by)).order_by(Pause.asked_at)
    return list(session.scalars(query))


COUNTED = (
    select(Pause.state, Pause.asked_at, Pause.ended_at, Pause.due)
    .where(Pause.job_id == bindparam("job_id"), Pause.state.in_(COUNTING))
    .order_by(Pause.asked_at)
)


def counting_pauses(job_id: int) -> Sequence[Any]:
    """The pauses that move the due day, confirmed and not vetoed: rows of state, asked_at, ended_at and due."""
    return run(COUNTED, job_id=job_id).all()


def open_pause(job_id: int) -> Pause | None:
    """The pause that is asked for or running now; there is at most one."""
    query = select(Pause).where(Pause.job_id == job_id, Pause.state.in_([PauseState.ASKED, PauseState.RUNNING]))
    return session.scalar(query.execution_options(populate_existing=True))


def uncounted() -> list[Any]:
    """What waits for an instant that is not counted from a day alone: services with pauses behind them, and pauses that
    run."""
    services = select(Job).where(Job.state == State.IN_SERVICE, Job.counted_days.is_(None))
    running = select(Pause).where(Pause.state == PauseState.RUNNING).options(joinedload(Pause.job))
    return [*session.scalars(services.order_by(Job.id)), *session.scalars(running.order_by(Pause.id))]


def last_delivery(job_id: int) -> Delivery | None:
    query = select(Delivery).where(Delivery.job_id == job_id).order_by(Delivery.round.desc()).limit(1)
    return session.scalar(query)


def deliveries_of(job_id: int) -> list[DeliveredFile]:
    """Every delivered file with its round, oldest first."""
    query = (
        select(DeliveredFile)
        .join(Delivery)
        .where(Delivery.job_id == job_id)
        .options(joinedload(DeliveredFile.delivery), joinedload(DeliveredFile.file))
        .order_by(Delivery.round, DeliveredFile.id)
    )
    return list(session.scalars(query))


def pauses_to_answer(unit_id: int | None) -> list[Pause]:
    """The pauses asked for in the jobs of a unit, the first to lapse first."""
    query = (
        select(Pause)
        .join(Job)
        .where(Pause.state == PauseState.ASKED, (Job.owner_id == unit_id) | (Job.agency_id == unit_id))
    )
    return list(session.scalars(query.options(contains_eager(Pause.job).joinedload(Job.item)).order_by(Pause.due)))
