"""What moves the service clock (pauses, suspensions, alterations of its days), and deliveries of the report."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    bindparam,
    cast,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.infra.db import Moment, Row, run, session
from app.infra.files import File
from app.infra.record import Event, Living
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import VISITOR, Actor
from app.services.rules import (
    ALTERING,
    LIFE,
    MAY_READ,
    AlterationKind,
    AlterationState,
    PauseState,
    Reason,
    counts,
    dropped,
    vetoed,
)

WAITS, LASTS = text("state = 'asked'"), text("ended_at IS NULL")
USED = text("kind = 'extension' AND state <> 'dropped'")
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

    @property
    def counts(self) -> bool:
        return counts(VISITOR, self)

    @property
    def vetoed(self) -> bool:
        return vetoed(VISITOR, self)

    @property
    def dropped(self) -> bool:
        return dropped(VISITOR, self)

    def lock(self) -> None:
        self.job.lock()
        super().lock()


class Suspension(Row):
    """The whole service stands still by order, outside the cap of pauses, until it is lifted or the job ends."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    reason: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    lifted_because: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", "a_suspension_ends_after_it_starts"),
        Index("uq_suspension_lasting", "job_id", unique=True, sqlite_where=LASTS, postgresql_where=LASTS),
    )


class Alteration(Living, Row):
    """A change of the days agreed for a service: the agency's one extension, or a change of scope. `days` is what it
    adds, below 0 where it shortens; it counts from when the other side agreed, `state_since`. `due` is when silence
    refuses it."""

    LIFE, MAY_READ = ALTERING, MAY_READ

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    kind: Mapped[str]
    days: Mapped[int]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]

    job: Mapped[Job] = relationship()
    asked_by: Mapped[Unit] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", AlterationState), "known_state"),
        CheckConstraint(one_of("kind", AlterationKind), "known_kind"),
        CheckConstraint("kind <> 'extension' OR days > 0", "an_extension_adds_days"),
        Index("uq_alteration_asked", "job_id", unique=True, sqlite_where=WAITS, postgresql_where=WAITS),
        Index("uq_alteration_extension", "job_id", unique=True, sqlite_where=USED, postgresql_where=USED),
        Index(None, "state", "due"),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"

    @property
    def dropped(self) -> bool:
        return dropped(VISITOR, self)

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


JOB: Any = bindparam("job_id")
JOBS: Any = bindparam("job_ids", expanding=True)
NO_END, NO_DAYS = cast(null(), Moment), literal(0).label("days")
STOOD = (literal("pause").label("what"), Pause.asked_at.label("since"), Pause.ended_at, Pause.due, NO_DAYS)
HALTED = (literal("suspension"), Suspension.started_at, Suspension.ended_at, NO_END, NO_DAYS)
ADDED = (Alteration.kind, Alteration.state_since, NO_END, NO_END, Alteration.days)


def _moving(meant: Callable[[Any], Any]) -> Any:
    """All that moves the due day of the jobs whose id is meant."""
    return union_all(
        select(Pause.job_id, *STOOD).where(meant(Pause.job_id), Pause.state.in_(COUNTING)),
        select(Suspension.job_id, *HALTED).where(meant(Suspension.job_id)),
        select(Alteration.job_id, *ADDED).where(meant(Alteration.job_id), Alteration.state == AlterationState.AGREED),
    ).order_by("since", "what")


COUNTED, COUNTED_OF = _moving(lambda id: id == JOB), _moving(lambda id: id.in_(JOBS))


def on_the_clock(job_id: int) -> Sequence[Any]:
    """All that moves the due day, oldest first: rows of what, since, ended_at, due and days. Pauses that are confirmed
    and not vetoed, suspensions, and what was agreed to add to the days."""
    return run(COUNTED, job_id=job_id).all()


def on_the_clocks(job_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The same of many jobs in one statement, by the job; those without any are not in it."""
    found: dict[int, list[Any]] = {}
    for row in run(COUNTED_OF, job_ids=list(job_ids)):
        found.setdefault(row.job_id, []).append(row)
    return found


def open_pause(job_id: int) -> Pause | None:
    """The pause that is asked for or running now; there is at most one."""
    query = select(Pause).where(Pause.job_id == job_id, Pause.state.in_([PauseState.ASKED, PauseState.RUNNING]))
    return session.scalar(query.execution_options(populate_existing=True))


def agreement_to(pause: Pause) -> Event | None:
    """The event by which the other side, or its silence, agreed to a pause."""
    agreed = (Event.thread_of == pause.thread, Event.name == "pause.confirm", Event.subject_id == pause.id)
    return session.scalar(select(Event).where(*agreed))


def alterations_of(job_id: int) -> list[Alteration]:
    query = select(Alteration).where(Alteration.job_id == job_id).options(joinedload(Alteration.asked_by))
    return list(session.scalars(query.order_by(Alteration.id)))


def open_alteration(job_id: int) -> Alteration | None:
    """The alteration that waits for its answer; there is at most one."""
    query = select(Alteration).where(Alteration.job_id == job_id, Alteration.state == AlterationState.ASKED)
    return session.scalar(query.execution_options(populate_existing=True))


def extended(job_id: int) -> bool:
    """Whether the one extension of a job was asked for and not taken back."""
    return session.scalar(select(Alteration.id).where(Alteration.job_id == job_id, USED)) is not None


def suspensions_of(job_id: int) -> list[Suspension]:
    return list(session.scalars(select(Suspension).where(Suspension.job_id == job_id).order_by(Suspension.id)))


def open_suspension(job_id: int) -> Suspension | None:
    """The suspension that lasts; there is at most one."""
    return session.scalar(select(Suspension).where(Suspension.job_id == job_id, Suspension.ended_at.is_(None)))


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


def to_answer(unit_id: int | None) -> list[Pause | Alteration]:
    """What is asked for in the jobs of a unit and waits for an answer: pauses, the first to lapse first, then
    alterations."""
    found: list[Pause | Alteration] = []
    for model, asked in ((Pause, PauseState.ASKED), (Alteration, AlterationState.ASKED)):
        query = select(model).join(Job)
        query = query.where(model.state == asked, (Job.owner_id == unit_id) | (Job.agency_id == unit_id))
        query = query.options(contains_eager(model.job).joinedload(Job.item)).order_by(model.due)
        found += session.scalars(query)
    return found
