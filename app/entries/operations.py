"""Entering a job, changing the entry, leaving it, and closing its list. Every version of an entry is kept."""

from datetime import date
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.agencies.models import Agency
from app.entries.eligibility import Offer, refuse_name, refuse_offer, unmet
from app.entries.eligible import Able, able_to_enter, eligible_count, lacking
from app.entries.envelopes import Sealing, close_envelopes, entrant_of
from app.entries.models import Entry, EntryVersion, keep_version, live_entries
from app.entries.rules import MAY_ENTER, EntryState
from app.infra import almanac
from app.infra.db import lock, put, session
from app.infra.record import advance, record
from app.jobs.models import Job
from app.jobs.rules import takes_entries, waits_for_opening
from app.kernel.act import Act
from app.kernel.draw import list_hash_of
from app.kernel.errors import Invalid, NotAllowed, Refusal, WrongState
from app.kernel.words import N_
from app.kernel.workdays import due_day, local_day


def enter(act: Act, job: Job, offered: Offer, *, sealing: Sealing | None = None) -> Entry:
    """Enter a job, once. The receipt is the entry with the instant it was received, and what was sealed: only who
    entered keeps that."""
    known = _eligible(act, job, offered)
    if known.entered:
        raise WrongState(N_("Your agency has entered this job already."))
    entry = Entry(
        job_id=job.id,
        agency_id=act.actor.unit_id,
        version=1,
        listing_id=known.listing_id,
        received_at=act.now,
        state=EntryState.ENTERED,
        state_since=act.now,
    )
    close_envelopes(job, entry, known.code, offered, sealing or Sealing.new())
    try:
        put(entry)
    except IntegrityError as error:
        raise WrongState(N_("Your agency has entered this job already.")) from error
    keep_version(entry)
    record(act, "entry.enter", entry, version=entry.version)
    return entry


def change(act: Act, entry: Entry, offered: Offer, *, sealing: Sealing | None = None) -> None:
    """Put a new offer, and the listing current now, in the place of what was entered. The version before is kept as it
    was, and its envelopes stay closed for good."""
    _enter_anew(act, entry, "change", offered, sealing or Sealing.new())


def withdraw(act: Act, entry: Entry) -> None:
    almanac.hold()
    _lock_open(act, entry.job)
    advance(act, entry, "withdraw")
    _end_version(act, entry, "withdraw")


def reenter(act: Act, entry: Entry, offered: Offer, *, sealing: Sealing | None = None) -> None:
    """Enter again after withdrawing, with a new offer and the listing current now."""
    _enter_anew(act, entry, "reenter", offered, sealing or Sealing.new())


def close(act: Act, job: Job) -> None:
    """The clock's verb at closing: re-check the entries, freeze the list and publish its hash, with nothing opened yet.
    The deadline stays the announced instant, however late the clock comes by: from that instant the selection follows,
    and from nothing that anybody could tune. Where something else opens the entry, the job waits for it, unless too
    few entered and all stays closed."""
    almanac.almanac(fresh=True)
    day = due_day(job.due or act.now)
    entries, may = _still_eligible(act, job, day), eligible_count(day, job)
    known: dict[str, Any] = {"list_hash": list_hash_of([entrant_of(one) for one in entries]), "eligible": may}
    least = almanac.number(f"minimum_entries_{job.funds}", job.published_at or act.now)
    if waits_for_opening(act.actor, job) and len(entries) >= least:
        job.closed_at = job.due
        advance(act, job, "hold", **known)
    else:
        advance(act, job, "close", due=job.due, **known)


def check_open(act: Act, job: Job) -> None:
    """Refuse what is for the time in which a job takes entries."""
    if not takes_entries(act.actor, job):
        now = job.LIFE.label(job.state)
        raise WrongState(N_("The entry for this job is closed: it is now “%(state)s”."), state=now)
    if job.due is None or act.now >= job.due:
        raise WrongState(N_("The entry for this job has closed. The clock selects in a moment."))


def _eligible(act: Act, job: Job, offered: Offer) -> Able:
    """The acting agency, if it may enter the job now with this offer."""
    if not MAY_ENTER(act.actor):
        raise NotAllowed(N_("Only an agency may enter a job."))
    _lock_open(act, job)
    day, agency_id = local_day(act.now), act.actor.unit_id or 0
    known = able_to_enter(day, job, agency_id)
    if known is None:
        raise _refusal(day, job, agency_id)
    refuse_offer(job, offered)
    refuse_name(offered, known.name, known.code)
    return known


def _refusal(day: date, job: Job, agency_id: int) -> Refusal:
    """Which condition keeps the agency out; none when what it lacked has come a moment ago."""
    lacks = unmet(day, job, session.get_one(Agency, agency_id, options=[joinedload(Agency.unit)]))
    if lacks is None:
        return WrongState(N_("Your agency's listing or papers changed at this moment. Send your entry again."))
    return Invalid(N_("Not met: %(condition)s. %(mend)s"), condition=lacks.says, mend=lacks.mend)


def _enter_anew(act: Act, entry: Entry, verb: str, offered: Offer, sealing: Sealing) -> None:
    """The next version of an entry, received now."""
    almanac.hold()
    known = _eligible(act, entry.job, offered)
    entry.lock()
    advance(act, entry, verb, version=entry.version + 1)
    _end_version(act, entry, "change")
    close_envelopes(entry.job, entry, known.code, offered, sealing)
    entry.version, entry.listing_id, entry.received_at = entry.version + 1, known.listing_id, act.now
    keep_version(entry)


def _end_version(act: Act, entry: Entry, verb: str) -> None:
    """End the version that stands, if one does."""
    standing = (EntryVersion.entry_id == entry.id, EntryVersion.ended_at.is_(None))
    session.execute(update(EntryVersion).where(*standing).values(ended_at=act.now, ended_by=verb))


def _lock_open(act: Act, job: Job) -> None:
    """Keep the job from being closed meanwhile: many may enter at once, and the closing waits for them. Whoever goes on
    to lock the entry holds the calendar before."""
    lock(job, shared=True)
    check_open(act, job)


def _still_eligible(act: Act, job: Job, day: date) -> list[Entry]:
    """The live entries whose conditions hold on the closing day; the others are excluded with the published reason."""
    for entry, lacks in lacking(day, job):
        entry.excluded_because = lacks.says
        advance(act, entry, "exclude", reason=lacks.says)
    return live_entries(job.id)
