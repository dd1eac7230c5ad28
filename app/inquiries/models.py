"""Questions about a job, and the answers that everybody reads."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.infra import almanac
from app.infra.db import Row, session
from app.infra.record import Event, Living
from app.inquiries.rules import INQUIRY_LIFE, MAY_ASK, MAY_READ_INQUIRY, MAY_READ_WORDS, InquiryState
from app.jobs.models import Job
from app.jobs.rules import State, takes_entries
from app.kernel.act import Actor

INSTANT = timedelta(microseconds=1)


class Inquiry(Living, Row):
    """A question of an agency about a job, the `number`-th of the job. Who asked is known to the operator alone."""

    LIFE, MAY_READ = INQUIRY_LIFE, MAY_READ_INQUIRY

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    number: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    text: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    withheld_because: Mapped[str | None]

    job: Mapped[Job] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("job_id", "number"),
        CheckConstraint(one_of("state", InquiryState), "known_state"),
        CheckConstraint("state <> 'answered' OR answer IS NOT NULL", "an_answered_one_has_its_answer"),
        CheckConstraint("state <> 'withheld' OR withheld_because IS NOT NULL", "withholding_has_a_reason"),
        Index(None, "state", "due"),
    )


# How many questions a job of the query around it has.
ASKED = (
    select(func.count(Inquiry.id)).where(Inquiry.job_id == Job.id).correlate(Job).scalar_subquery().label("inquiries")
)


def questions_until(job: Job) -> datetime:
    """The exclusive instant at which questions about an open job end: some working days before its closing, by the term
    in force when it was announced."""
    closing = job.due or job.state_since
    days = almanac.number("question_deadline", job.published_at or closing)
    return almanac.calendar().deadline(closing - INSTANT, -days)


def inquiries_counted(job_id: int) -> int:
    return session.scalar(select(ASKED).where(Job.id == job_id)) or 0


def inquiries_for(actor: Actor, job_id: int) -> list[Inquiry]:
    """The questions about a job that an actor may read, in the order in which they were asked."""
    query = select(Inquiry).where(Inquiry.job_id == job_id).order_by(Inquiry.number)
    asked = session.scalars(query.options(joinedload(Inquiry.job), joinedload(Inquiry.unit)))
    return [one for one in asked if MAY_READ_INQUIRY(actor, one)]


def inquiries_to_answer(owner_id: int) -> list[Inquiry]:
    """The questions in the open jobs of an owner, the nearest deadline first."""
    waiting = (Job.owner_id == owner_id, Job.state == State.OPEN, Inquiry.state == InquiryState.ASKED)
    query = select(Inquiry).join(Job).where(*waiting).order_by(Inquiry.due)
    return list(session.scalars(query.options(contains_eager(Inquiry.job).joinedload(Job.item))))


def answers_in_time(now: datetime, *which: Any) -> tuple[int, int]:
    """How many questions that meet these conditions were answered by the deadline they were asked under, and of how
    many: those that may still be answered and those withheld are left out."""
    asked = (Event.thread_of == literal("inquiry:") + cast(Inquiry.id, String), Event.name == "inquiry.ask")
    query = select(Event.facts, Inquiry.answered_at).join(Event, and_(*asked)).join(Job)
    rows = session.execute(query.where(Inquiry.state != InquiryState.WITHHELD, *which))
    told = [(datetime.fromisoformat(facts["due"]), answered) for facts, answered in rows]
    ended = [answered is not None and answered < due for due, answered in told if answered or due <= now]
    return sum(ended), len(ended)


def asker_ids(job_id: int) -> list[int]:
    """The agencies that asked about a job."""
    return list(session.scalars(select(Inquiry.unit_id).where(Inquiry.job_id == job_id).distinct()))


def asked_about(actor: Actor, job: Any, count: int, now: datetime) -> dict[str, Any]:
    """What was asked about a job (`count` questions), as far as the actor may read it, and until when who may ask."""
    until = questions_until(job) if takes_entries(actor, job) else None
    lasts = until is not None and now < until
    return {
        "inquiries": inquiries_for(actor, job.id) if count else [],
        "questions_until": until,
        "questions_last": lasts,
        "may_ask": lasts and (MAY_ASK(actor) or actor.user_id is None),
        "may_read_words": lambda inquiry: MAY_READ_WORDS(actor, inquiry),
    }
