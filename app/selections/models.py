"""What the clock selected with its transcript, and the award."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.entries.models import Entry
from app.infra import almanac
from app.infra.db import Cents, Row, session
from app.infra.record import Event
from app.jobs.models import Job
from app.jobs.rules import Method
from app.kernel.draw import Rule, Terms
from app.kernel.workdays import local_day


class Selection(Row):
    """What the clock selected at closing: the public transcript of it (see docs/protocols/draw.md), made once a job."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), unique=True)
    made_at: Mapped[datetime]
    entries: Mapped[int]
    transcript: Mapped[dict[str, Any]]

    job: Mapped[Job] = relationship()


class Award(Row):
    """Who is selected, in which place of the published order, at what amount; one is current per job."""

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id))
    place: Mapped[int]
    amount_cents: Mapped[Cents]
    selected_at: Mapped[datetime]
    publicity_ends: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]

    entry: Mapped[Entry] = relationship()

    __table_args__ = (
        UniqueConstraint("job_id", "entry_id"),
        Index(
            "uq_award_current",
            "job_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


def rule_of(job: Job, now: datetime) -> Rule:
    """The choosing rule of a job: as the law had it on the day of its announcement, before that as the law has it now.
    What takes effect later changes nothing for a job that is announced."""
    known, day = almanac.almanac(), local_day(job.published_at or now)
    least = known.term(f"minimum_entries_{job.funds}", day)
    if job.method != Method.AVERAGE_PRICE:
        return Rule(least.effective_from.isoformat(), int(least.value))
    drawn, drop = known.term("average_percentages", day), known.term("average_drop_from", day)
    since = max(least.effective_from, drawn.effective_from, drop.effective_from)
    percentages = tuple(int(one) for one in drawn.value.split(","))
    return Rule(since.isoformat(), int(least.value), percentages, int(drop.value))


def terms_of(job: Job, rule: Rule) -> Terms:
    """What was fixed when the job was announced, as its transcript says it."""
    return Terms(
        job=job.number or "",
        title=f"{job.project_name} {job.item.name}",
        method=job.method,
        funds=job.funds,
        closed_at=job.due or job.state_since,
        rule=rule,
        commitment=job.commitment or "",
        price_weight=job.price_weight or 0,
        days_weight=100 - job.price_weight if job.price_weight else 0,
    )


def selection_of(job_id: int) -> Selection | None:
    return session.scalar(select(Selection).where(Selection.job_id == job_id))


def eligible_at_closing(job_id: int) -> int | None:
    """How many agencies met every condition of a job when its entry closed, as the record says; None when it was not
    counted then."""
    closed = select(Event.facts).where(Event.thread_of == f"job:{job_id}", Event.name == "job.close")
    facts = session.scalar(closed.order_by(Event.id.desc()).limit(1))
    return facts.get("eligible") if facts else None


def ranking_of(job_id: int) -> list[str]:
    """The public codes of those in line, the first selected first."""
    selection = selection_of(job_id)
    return list(selection.transcript["ranking"]) if selection else []


def current_award(job_id: int) -> Award | None:
    return session.scalar(select(Award).where(Award.job_id == job_id, Award.ended_at.is_(None)))


def past_awards(job_id: int) -> list[Award]:
    return list(session.scalars(select(Award).where(Award.job_id == job_id, Award.ended_at.is_not(None))))
