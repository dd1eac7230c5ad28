"""Entries: one agency's sealed entry for one job."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import one_of
from app.agencies.models import Agency, Listing
from app.entries.rules import ENTRY_LIFE, MAY_READ_ENTRY, EntryState
from app.infra.db import Cents, Row, session
from app.infra.record import Living
from app.jobs.models import Job
from app.jobs.rules import State


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


def entries_waiting(agency_id: int | None) -> list[Entry]:
    """An agency's live entries in jobs that are not selected yet, the first to close first."""
    waiting = (Entry.state == EntryState.ENTERED, Job.state.in_([State.OPEN, State.AWAITING, State.SELECTING]))
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
