"""Entries: one agency's sealed entry for one job, and every version of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, bindparam, func, insert, select, text
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from app.accounts.models import one_of
from app.agencies.models import Agency, Listing
from app.entries.rules import ENDED_BY, ENTRY_LIFE, MAY_READ_ENTRY, EntryState
from app.infra.db import Cents, Row, run, session
from app.infra.record import Event, Living
from app.jobs.models import Job
from app.jobs.rules import State


class Entry(Living, Row):
    """One agency's entry for one job; there is one per agency and job, withdrawn or not. `listing_id` is the promise in
    force when it entered. `sealed` and `offer` are the commitments on the published list; what they commit to is in the
    two envelopes, and from the opening on in the columns after them. What a panel scores, the proposal, has its own
    commitment (`proposal_hash`) and envelope; `attachments` lists its files once it is open. `version` is the number of
    the one that stands."""

    LIFE, MAY_READ = ENTRY_LIFE, MAY_READ_ENTRY

    job_id: Mapped[int] = mapped_column(ForeignKey(Job.id))
    agency_id: Mapped[int] = mapped_column(ForeignKey(Agency.id), index=True)
    version: Mapped[int] = mapped_column(default=1)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    received_at: Mapped[datetime]
    sealed: Mapped[str]
    offer: Mapped[str]
    chance_envelope: Mapped[bytes] = mapped_column(deferred=True)
    offer_envelope: Mapped[bytes] = mapped_column(deferred=True)
    proposal_hash: Mapped[str | None]
    proposal_envelope: Mapped[bytes | None] = mapped_column(deferred=True)
    proposal: Mapped[str | None] = mapped_column(deferred=True)
    attachments: Mapped[list[Any] | None] = mapped_column(deferred=True)
    contribution: Mapped[str | None]
    made_by: Mapped[str | None]
    quote_cents: Mapped[Cents | None]
    days: Mapped[int | None]
    discount: Mapped[int | None]
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
        CheckConstraint("discount BETWEEN 0 AND 9999", "a_discount_is_a_part"),
    )

    @property
    def thread(self) -> str:
        return f"entry:{self.id}"


class EntryVersion(Row):
    """One version of an entry as it was received, kept for good with its envelopes closed. At most one of an entry
    stands; `ended_by` is the verb that ended another."""

    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id))
    number: Mapped[int]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    received_at: Mapped[datetime]
    sealed: Mapped[str]
    offer: Mapped[str]
    proposal_hash: Mapped[str | None]
    chance_envelope: Mapped[bytes] = mapped_column(deferred=True)
    offer_envelope: Mapped[bytes] = mapped_column(deferred=True)
    proposal_envelope: Mapped[bytes | None] = mapped_column(deferred=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        CheckConstraint(f"ended_by IN {tuple(ENDED_BY)}", "known_end"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "an_end_has_its_verb"),
        Index(
            "uq_entry_version_standing",
            "entry_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


# What a version keeps of the entry as it stands.
KEPT = "listing_id received_at sealed offer proposal_hash chance_envelope offer_envelope proposal_envelope".split()
KEEP = insert(EntryVersion).from_select(
    ["entry_id", "number", *KEPT],
    select(Entry.id, Entry.version, *(getattr(Entry, name) for name in KEPT)).where(Entry.id == bindparam("entry")),
)


def keep_version(entry: Entry) -> None:
    """Keep an entry as it stands as the version with its number."""
    run(KEEP, entry=entry.id)


def versions_of(entry_id: int) -> list[EntryVersion]:
    """Every version of an entry, the first one first."""
    query = select(EntryVersion).where(EntryVersion.entry_id == entry_id)
    return list(session.scalars(query.order_by(EntryVersion.number)))


def standing_versions(job_id: int) -> dict[int, EntryVersion]:
    """The versions that stand in a job, by the entry."""
    standing = (Entry.job_id == job_id, EntryVersion.ended_at.is_(None))
    query = select(EntryVersion).join(Entry, Entry.id == EntryVersion.entry_id).where(*standing)
    return {one.entry_id: one for one in session.scalars(query)}


def entry_of(job_id: int, agency_id: int | None) -> Entry | None:
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
    return entries_seen(job_id, None).number


@dataclass(frozen=True)
class Seen:
    """The entries of a job as an agency sees them: how many live ones, its own one's key, and whether that is live."""

    number: int
    own_id: int | None
    stands: bool


SEEN_BY = select(
    func.count().filter(Entry.state == EntryState.ENTERED),
    func.max(Entry.id).filter(Entry.agency_id == bindparam("agency")),
    func.count().filter(Entry.agency_id == bindparam("agency"), Entry.state == EntryState.ENTERED),
).where(Entry.job_id == bindparam("job"))


def entries_seen(job_id: int, agency_id: int | None) -> Seen:
    """The entries of a job, and among them that of an agency if one looks."""
    found: Any = run(SEEN_BY, job=job_id, agency=agency_id or 0).one()
    number, own_id, live = found
    return Seen(number, own_id, bool(live))


def entries_waiting(agency_id: int | None) -> list[Entry]:
    """An agency's live entries in jobs that are not selected yet, the first to close first."""
    reached = [State.OPEN, State.AWAITING, State.SELECTING, State.SCORING]
    waiting = (Entry.state == EntryState.ENTERED, Job.state.in_(reached))
    query = select(Entry).join(Job).where(Entry.agency_id == agency_id, *waiting)
    return list(session.scalars(query.options(contains_eager(Entry.job).joinedload(Job.item)).order_by(Job.due)))


def excluded_entries(job_id: int) -> list[Entry]:
    """The entries that no longer met a condition at closing, with the published reason."""
    query = select(Entry).where(Entry.job_id == job_id, Entry.state == EntryState.EXCLUDED)
    return list(session.scalars(query.options(joinedload(Entry.agency).joinedload(Agency.unit)).order_by(Entry.id)))


def frozen_list(job_id: int) -> str | None:
    """The hash of the list as it was published when the entry closed."""
    closed = select(Event.facts).where(Event.thread_of == f"job:{job_id}", Event.name == "job.close")
    facts = session.scalars(closed).first()
    return facts["list_hash"] if facts else None


def entrant_ids(job_id: int) -> list[int]:
    """The agencies that entered a job and did not withdraw."""
    return list(
        session.scalars(select(Entry.agency_id).where(Entry.job_id == job_id, Entry.state != EntryState.WITHDRAWN))
    )
