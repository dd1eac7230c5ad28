"""Entering a job, leaving it, and closing its list."""

from datetime import date

from sqlalchemy.exc import IntegrityError

from app.agencies.models import Agency, Listing, current_listing
from app.entries.eligibility import Offer, refuse_offer, unmet
from app.entries.envelopes import Sealing, close_envelopes, entrant_of
from app.entries.models import Entry, entry_of, live_entries
from app.entries.rules import MAY_ENTER, EntryState
from app.infra import almanac
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.models import Job
from app.jobs.rules import takes_entries, waits_for_opening
from app.kernel.act import Act
from app.kernel.draw import list_hash_of
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_
from app.kernel.workdays import due_day, local_day


def enter(
    act: Act, job: Job, *, quote_cents: int | None, days: int | None = None, sealing: Sealing | None = None
) -> Entry:
    """Enter a job, once. The receipt is the entry with the instant it was received, and what was sealed: only who
    entered keeps that."""
    offered = Offer(quote_cents, days)
    agency, listing = _eligible(act, job, offered)
    if entry_of(job.id, agency.id):
        raise WrongState(N_("Your agency has entered this job already."))
    entry = Entry(
        job_id=job.id,
        agency_id=agency.id,
        listing_id=listing.id,
        received_at=act.now,
        state=EntryState.ENTERED,
        state_since=act.now,
    )
    close_envelopes(job, entry, agency.unit.code, offered, sealing or Sealing.new())
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError as error:
        raise WrongState(N_("Your agency has entered this job already.")) from error
    record(act, "entry.enter", entry)
    return entry


def withdraw(act: Act, entry: Entry) -> None:
    _lock_open(act, entry.job)
    advance(act, entry, "withdraw")


def reenter(
    act: Act, entry: Entry, *, quote_cents: int | None, days: int | None = None, sealing: Sealing | None = None
) -> None:
    """Enter again after withdrawing, with a new offer and the listing current now."""
    offered = Offer(quote_cents, days)
    agency, listing = _eligible(act, entry.job, offered)
    advance(act, entry, "reenter")
    close_envelopes(entry.job, entry, agency.unit.code, offered, sealing or Sealing.new())
    entry.listing_id, entry.received_at = listing.id, act.now


def close(act: Act, job: Job) -> None:
    """The clock's verb at closing: re-check the entries, freeze the list and publish its hash, with nothing opened yet.
    The deadline stays the announced instant, however late the clock comes by: from that instant the selection follows,
    and from nothing that anybody could tune. Where something else opens the entry, the job waits for it, unless too
    few entered and all stays closed."""
    almanac.almanac(fresh=True)
    entries = _still_eligible(act, job, due_day(job.due or act.now))
    frozen = list_hash_of([entrant_of(one) for one in entries])
    least = almanac.number(f"minimum_entries_{job.funds}", job.published_at or act.now)
    if waits_for_opening(act.actor, job) and len(entries) >= least:
        job.closed_at = job.due
        advance(act, job, "hold", list_hash=frozen)
    else:
        advance(act, job, "close", due=job.due, list_hash=frozen)


def check_open(act: Act, job: Job) -> None:
    """Refuse what is for the time in which a job takes entries."""
    if not takes_entries(act.actor, job) or job.due is None or act.now >= job.due:
        raise WrongState(N_("The entry for this job has closed."))


def _eligible(act: Act, job: Job, offered: Offer) -> tuple[Agency, Listing]:
    """The acting agency and its listing, if it may enter the job now with this quote."""
    if not MAY_ENTER(act.actor):
        raise NotAllowed(N_("Only an agency may enter a job."))
    _lock_open(act, job)
    agency = session.get_one(Agency, act.actor.unit_id)
    if lacks := unmet(local_day(act.now), job, agency):
        raise Invalid(N_("Not met: %(condition)s. %(mend)s"), condition=lacks.says, mend=lacks.mend)
    refuse_offer(job, offered)
    listing = current_listing(agency.id, job.item_id)
    if listing is None:
        raise Invalid(N_("List the item with your promises."))
    return agency, listing


def _lock_open(act: Act, job: Job) -> None:
    job.lock()
    check_open(act, job)


def _still_eligible(act: Act, job: Job, day: date) -> list[Entry]:
    """The live entries whose conditions hold on the closing day; the others are excluded with the published reason."""
    kept = []
    for entry in live_entries(job.id):
        if lacks := unmet(day, job, entry.agency):
            entry.excluded_because = lacks.says
            advance(act, entry, "exclude", reason=lacks.says)
        else:
            kept.append(entry)
    return kept
