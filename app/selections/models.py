"""Entries, what the clock selected with its transcript, the award, and objections."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import Unit, one_of
from app.agencies.models import Agency, Listing
from app.infra import almanac
from app.infra.db import Cents, Row, session
from app.infra.files import File
from app.infra.record import Living
from app.jobs.models import Job
from app.jobs.rules import Method, State
from app.kernel.draw import Rule, Terms
from app.kernel.workdays import local_day
from app.selections.rules import (
    ENTRY_LIFE,
    MAY_READ_ENTRY,
    MAY_READ_OBJECTION,
    OBJECTION_LIFE,
    PENDING,
    EntryState,
    ObjectionState,
)


class Entry(Living, Row):
    """One agency's entry for one job; there is one per agency and job, withdrawn or not. `listing_id` is the promise in
    force when it entered. `sealed` and `offer` are the commitments on the published list; what they commit to is in the
    two envelopes, and from the opening on in the columns after them."""

    LIFE, MAY_READ = ENTRY_LIFE, MAY_READ_ENTRY

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id), index=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    received_at: Mapped[datetime]
    sealed: Mapped[str]
    offer: Mapped[str]
    chance_envelope: Mapped[bytes] = mapped_column(deferred=True)
    offer_envelope: Mapped[bytes] = mapped_column(deferred=True)
    contribution: Mapped[str | None]
    made_by: Mapped[str | None]
    quote_cents: Mapped[Cents | None]
    days: Mapped[int | None]
    nonce: Mapped[str | None]
    excluded_because: Mapped[str | None]

    job: Mapped[Job] = relationship()
    agency: Mapped[Agency] = relationship()
    listing: Mapped[Listing] = relationship()

    __table_args__ = (
        UniqueConstraint("job_id", "agency_id"),
        CheckConstraint(one_of("state", EntryState), "known_state"),
        CheckConstraint("quote_cents > 0", "a_quote_is_positive"),
        CheckConstraint("days > 0", "days_are_positive"),
    )

    @property
    def thread(self) -> str:
        return f"entry:{self.id}"


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


class Objection(Living, Row):
    """An objection to a result, filed during publicity. The award waits until it is decided or taken back."""

    LIFE, MAY_READ = OBJECTION_LIFE, MAY_READ_OBJECTION

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    ground: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey(File.id))
    filed_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_by_id: Mapped[int | None]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    job: Mapped[Job] = relationship()
    unit: Mapped[Unit] = relationship()
    file: Mapped[File | None] = relationship()

    __table_args__ = (
        CheckConstraint(one_of("state", ObjectionState), "known_state"),
        CheckConstraint("state NOT IN ('filed', 'answered') OR due IS NOT NULL", "pending_has_a_deadline"),
        Index(None, "state", "due"),
    )

    @property
    def thread(self) -> str:
        return f"job:{self.job_id}"


def entry_of(job_id: int, agency_id: int) -> Entry | None:
    return session.scalar(select(Entry).where(Entry.job_id == job_id, Entry.agency_id == agency_id))


def live_entries(job_id: int) -> list[Entry]:
    """Entries not withdrawn nor excluded, with agency and unit."""
    query = (
        select(Entry)
        .where(Entry.job_id == job_id, Entry.state == EntryState.ENTERED)
        .options(joinedload(Entry.agency).joinedload(Agency.unit))
        .order_by(Entry.id)
    )
    return list(session.scalars(query))


# How many live entries a job of the query around it has.
ENTERED = (
    select(func.count(Entry.id))
    .where(Entry.job_id == Job.id, Entry.state == EntryState.ENTERED)
    .correlate(Job)
    .scalar_subquery()
    .label("entries")
)


def entries_counted(job_id: int) -> int:
    """How many live entries a job has."""
    return session.scalar(select(ENTERED).where(Job.id == job_id)) or 0


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


def ranking_of(job_id: int) -> list[str]:
    """The public codes of those in line, the first selected first."""
    selection = selection_of(job_id)
    return list(selection.transcript["ranking"]) if selection else []


def current_award(job_id: int) -> Award | None:
    return session.scalar(select(Award).where(Award.job_id == job_id, Award.ended_at.is_(None)))


def past_awards(job_id: int) -> list[Award]:
    return list(session.scalars(select(Award).where(Award.job_id == job_id, Award.ended_at.is_not(None))))


def objections_of(job_id: int) -> list[Objection]:
    query = (
        select(Objection).where(Objection.job_id == job_id).options(joinedload(Objection.unit)).order_by(Objection.id)
    )
    return list(session.scalars(query))


def pending_objections(job_id: int) -> int:
    query = (
        select(func.count())
        .select_from(Objection)
        .where(Objection.job_id == job_id, Objection.state.in_(list(PENDING)))
    )
    return session.scalar(query) or 0


def objections_pending(job_id: int) -> list[Objection]:
    query = select(Objection).where(Objection.job_id == job_id, Objection.state.in_(list(PENDING)))
    return list(session.scalars(query.order_by(Objection.id)))


def objections_to_settle(owner_id: int | None = None) -> list[Objection]:
    """The pending objections in all jobs or in those of one owner, the nearest deadline first."""
    query = select(Objection).join(Job).where(Objection.state.in_(list(PENDING)))
    if owner_id is not None:
        query = query.where(Job.owner_id == owner_id)
    eager = contains_eager(Objection.job).joinedload(Job.item)
    return list(session.scalars(query.options(eager).order_by(Objection.due)))


def entries_waiting(agency_id: int | None) -> list[Entry]:
    """An agency's live entries in jobs that are not selected yet, the first to close first."""
    waiting = (Entry.state == EntryState.ENTERED, Job.state.in_([State.OPEN, State.SELECTING]))
    query = select(Entry).join(Job).where(Entry.agency_id == agency_id, *waiting)
    return list(session.scalars(query.options(contains_eager(Entry.job).joinedload(Job.item)).order_by(Job.due)))


def excluded_entries(job_id: int) -> list[Entry]:
    """The entries that no longer met a condition at closing, with the published reason."""
    query = select(Entry).where(Entry.job_id == job_id, Entry.state == EntryState.EXCLUDED)
    return list(session.scalars(query.options(joinedload(Entry.agency).joinedload(Agency.unit)).order_by(Entry.id)))


def entrant_ids(job_id: int) -> list[int]:
    """The agencies that entered a job and did not withdraw."""
    return list(
        session.scalars(select(Entry.agency_id).where(Entry.job_id == job_id, Entry.state != EntryState.WITHDRAWN))
    )
