"""Panels: who sits on them, the order they meet the bidders in, each one's scores, and the consensus."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship, undefer

from app.accounts.models import Unit, User, one_of
from app.entries.models import Entry
from app.infra.db import Row, session
from app.infra.record import Living
from app.jobs.models import Job
from app.jobs.rules import LIFE, State
from app.kernel.act import Actor
from app.methods.rules import SCORED
from app.panels.rules import MAY_READ_PANEL, SEAT_LIFE, Part, SeatState, has_scored, its_holder


class Seat(Living, Row):
    """One person's seat on the panel of a job, with the unit they came from. Nobody sits twice on the same."""

    LIFE = SEAT_LIFE

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    part: Mapped[str]
    recused_because: Mapped[str | None]

    job: Mapped[Job] = relationship()
    user: Mapped[User] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("job_id", "user_id"),
        CheckConstraint(one_of("state", SeatState), "known_state"),
        CheckConstraint(one_of("part", Part), "known_part"),
        CheckConstraint("state <> 'recused' OR recused_because IS NOT NULL", "recusal_has_a_reason"),
    )

    @staticmethod
    def MAY_READ(actor: Actor, seat: "Seat") -> bool:
        return its_holder(actor, seat) or MAY_READ_PANEL(actor, Bench(seat.job, seats_of(seat.job_id)))


class Panel(Row):
    """What was fixed when a panel was convened, once a job, and then its consensus: for each bidder in turn one score
    from 0 to 100 for each criterion, and the reason where the chair gave one. `closed_at` is the announced instant of
    the closing of the entry."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), unique=True)
    convened_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Seat.id))
    scores: Mapped[list[Any]] = mapped_column(default=list)
    reasons: Mapped[list[Any]] = mapped_column(default=list)


class Bidder(Row):
    """An entry as the panel knows it: a number. `code` and `name` are as they stood on the list at closing."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    number: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id), unique=True)
    code: Mapped[str]
    name: Mapped[str]

    entry: Mapped[Entry] = relationship()

    __table_args__ = (UniqueConstraint("job_id", "number"),)


class ScoreSheet(Row):
    """What one seat gives, once: for each bidder in turn one score from 0 to 100 for each criterion, and a remark."""

    seat_id: Mapped[int] = mapped_column(ForeignKey(Seat.id), unique=True)
    given_at: Mapped[datetime]
    scores: Mapped[list[Any]]
    remarks: Mapped[list[Any]]

    seat: Mapped[Seat] = relationship()


@dataclass
class Bench:
    """A job that a panel scores, with all its seats, those that were left too."""

    job: Job
    seats: list[Seat]

    LIFE = LIFE
    MAY_READ = MAY_READ_PANEL

    @staticmethod
    def load(id: int) -> "Bench | None":
        job = session.get(Job, id)
        return Bench(job, seats_of(id)) if job and job.method in SCORED else None


def panels_appointed(owner_id: int | None) -> list[tuple[Job, list[Seat]]]:
    """The published jobs of an owner whose panels people may still be appointed to, the first to close first, each with
    its seats."""
    open_to = (Job.owner_id == owner_id, Job.method.in_(SCORED), Job.state.in_((State.OPEN, State.SCORING)))
    query = select(Job, Seat).outerjoin(Seat, Seat.job_id == Job.id).where(*open_to).order_by(Job.due, Job.id)
    found: dict[Job, list[Seat]] = {}
    for job, seat in session.execute(query.options(joinedload(Job.item))):
        found.setdefault(job, []).extend([seat] if seat else [])
    return list(found.items())


def sees_panel(actor: Actor, job: Any) -> bool:
    """Whether the actor may read how the panel of a job sits; of a job without one, nobody."""
    bench = Bench.load(job.id) if job.criteria and actor.user_id else None
    return bool(bench and Bench.MAY_READ(actor, bench))


def seats_of(job_id: int) -> list[Seat]:
    """Every seat of a job, chair first, with person and unit."""
    query = select(Seat).where(Seat.job_id == job_id).order_by(Seat.part, Seat.id)
    return list(session.scalars(query.options(joinedload(Seat.user), joinedload(Seat.unit))))


def left_seat(actor: Actor, job: Job) -> bool:
    """Whether the actor sat on the panel of a job and does no longer."""
    left = select(Seat.id).where(Seat.job_id == job.id, Seat.recused_because.is_not(None))
    return session.scalar(left.where(Seat.user_id == actor.user_id).limit(1)) is not None


def panel_of(job_id: int) -> Panel | None:
    return session.scalar(select(Panel).where(Panel.job_id == job_id))


def bidders_in(job_id: int) -> list[Bidder]:
    """The bidders of a job in the order the panel knows them, with their proposals."""
    query = select(Bidder).join(Bidder.entry).where(Bidder.job_id == job_id).order_by(Bidder.number)
    return list(
        session.scalars(
            query.options(contains_eager(Bidder.entry).options(undefer(Entry.proposal), undefer(Entry.attachments)))
        )
    )


def sheets_of(job_id: int) -> list[ScoreSheet]:
    """The scores that count: those of the seats nobody has left, in the order they were given."""
    query = select(ScoreSheet).join(ScoreSheet.seat).where(Seat.job_id == job_id).order_by(ScoreSheet.id)
    found = session.scalars(query.options(contains_eager(ScoreSheet.seat)))
    return [sheet for sheet in found if has_scored(sheet.seat)]


def seats_waiting(user_id: int | None) -> list[Seat]:
    """The members' seats of a person on panels that wait for their scores; a chair's panel stands among their jobs."""
    query = select(Seat).join(Job).where(Seat.user_id == user_id, Seat.state == SeatState.SEATED)
    query = query.where(Seat.part == Part.MEMBER, Job.state == State.SCORING).order_by(Job.due)
    return list(session.scalars(query.options(contains_eager(Seat.job).joinedload(Job.item))))
