"""Entering, selecting by the published rule, objecting, abandoning. The clock selects; nobody starts or delays it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.agencies.models import Agency, Listing, current_listing
from app.infra import almanac, keys
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.models import Job
from app.jobs.rules import PRICED, IfAbandoned, takes_entries
from app.jobs.rules import in_publicity as job_in_publicity
from app.kernel.act import Act
from app.kernel.choosing import failure
from app.kernel.draw import list_hash_of, make_transcript
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_
from app.kernel.workdays import due_day, local_day
from app.selections.eligibility import Offer, refuse_offer, unmet
from app.selections.envelopes import Sealing, Tampered, close_envelopes, entrant_of, open_envelopes
from app.selections.models import (
    Award,
    Entry,
    Objection,
    Selection,
    current_award,
    entry_of,
    live_entries,
    objections_pending,
    past_awards,
    pending_objections,
    ranking_of,
    rule_of,
    terms_of,
)
from app.selections.rules import ABANDONED, MAY_ENTER, MAY_OBJECT, NOT_AS_SEALED, EntryState, ObjectionState


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
    and from nothing that anybody could tune."""
    almanac.almanac(fresh=True)
    entries = _still_eligible(act, job, due_day(job.due or act.now))
    advance(act, job, "close", due=job.due, list_hash=list_hash_of([entrant_of(one) for one in entries]))


def select(act: Act, job: Job) -> None:
    """The clock's verb after closing: open the envelopes, choose by the method, publish transcript and result. Where
    too few entered, all envelopes stay closed."""
    job.LIFE.check(act, job, "select")
    almanac.almanac(fresh=True)
    entries, rule = live_entries(job.id), rule_of(job, act.now)
    if failure(len(entries), minimum=rule.minimum_entries) is None:
        try:
            open_envelopes(act, job, entries)
        except Tampered as tampered:
            advance(act, job, "fail", reason=NOT_AS_SEALED, agency=str(tampered))
            return
    secret, entrants = keys.unwrap(job.wrapped_secret or b""), [entrant_of(one) for one in entries]
    transcript = make_transcript(terms_of(job, rule), secret=secret, entrants=entrants)
    session.add(Selection(job_id=job.id, made_at=act.now, entries=len(entries), transcript=transcript))
    session.flush()
    if transcript["failed"]:
        advance(act, job, "fail", reason=transcript["failed"], entries=len(entries))
    else:
        _choose(act, job, "select", 0)


def succeed(act: Act, job: Job) -> None:
    """The clock's verb after an abandoned award: as the posting said, the next in line or a failed selection."""
    job.LIFE.check(act, job, "succeed")
    _end_award(act, job, ABANDONED)
    if job.if_abandoned == IfAbandoned.NEXT:
        _choose_next(act, job, "succeed", "fall_through")
    else:
        _fail(act, job, "fall_through", N_("the award was abandoned, and the posting asks for a new selection"))


def abandon(act: Act, job: Job, *, reason: str) -> None:
    """The selected agency gives up the award. It stands on its record; the clock goes on as the posting said."""
    advance(act, job, "abandon", reason=reason, agency=job.agency_id)


def object_to(act: Act, job: Job, *, ground: str, file_id: int | None) -> Objection:
    """Object to a result during its publicity. The award waits until the objection is decided or taken back."""
    if not MAY_OBJECT(act.actor):
        raise NotAllowed(N_("Only agencies and project owners may object."))
    job.lock()
    award_in_publicity(act, job)
    due = almanac.deadline(act.now, "objection_answer")
    objection = Objection(
        job_id=job.id,
        unit_id=act.actor.unit_id,
        ground=ground,
        file_id=file_id,
        filed_at=act.now,
        state=ObjectionState.FILED,
        state_since=act.now,
        due=due,
    )
    record(act, "objection.file", objection, due=due.isoformat())
    advance(act, job, "object")
    return objection


def award_in_publicity(act: Act, job: Job) -> Award:
    """The award that can be objected to now, or a refusal."""
    award = current_award(job.id)
    if not job_in_publicity(act.actor, job) or award is None or act.now >= award.publicity_ends:
        raise WrongState(N_("Objections are taken while the result is in publicity."))
    return award


def answer(act: Act, objection: Objection, *, text: str) -> None:
    objection.answer, objection.answered_by_id = text, act.actor.unit_id
    advance(act, objection, "answer")


def dismiss(act: Act, objection: Objection, *, decision: str) -> None:
    """The objection is not well founded. When it was the last one pending, publicity goes on to its end."""
    job = _decide(act, objection, "dismiss", decision)
    if not pending_objections(job.id):
        advance(act, job, "dismiss", due=_rest_of_publicity(act.now, job))


def uphold(act: Act, objection: Objection, *, decision: str) -> None:
    """The objection is well founded: the result is set aside and the next in line selected, with publicity anew."""
    job = _decide(act, objection, "uphold", decision)
    for other in objections_pending(job.id):
        other.decision, other.decided_at = decision, act.now
        advance(act, other, "uphold")
    _end_award(act, job, N_("set aside after an objection"))
    _choose_next(act, job, "replace", "annul")


def take_back(act: Act, objection: Objection) -> None:
    """Whoever objected takes it back. When it was the last one pending, the clock goes on with the job."""
    job = objection.job
    job.lock()
    advance(act, objection, "take_back")
    if not pending_objections(job.id):
        job.due = act.now


def carry_on(act: Act, job: Job) -> None:
    """The clock's verb after the last objection was taken back."""
    advance(act, job, "carry_on", due=_rest_of_publicity(act.now, job))


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


def check_open(act: Act, job: Job) -> None:
    """Refuse what is for the time in which a job takes entries."""
    if not takes_entries(act.actor, job) or job.due is None or act.now >= job.due:
        raise WrongState(N_("The entry for this job has closed."))


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


def _choose(act: Act, job: Job, verb: str, place: int) -> None:
    """Make the entry at a place of the published ranking the selected one, and start its publicity."""
    code = ranking_of(job.id)[place]
    entry = next(one for one in live_entries(job.id) if one.agency.unit.code == code)
    amount = entry.quote_cents if job.method in PRICED else job.ceiling_cents
    term = "publicity_urgent" if job.urgent else "publicity"
    job.agency_id, job.amount_cents = entry.agency_id, amount
    job.agreed_days = entry.days or min(entry.listing.days, job.days or entry.listing.days)
    facts: dict[str, Any] = {"agency": entry.agency.unit.name, "amount_cents": amount, "place": place + 1}
    advance(act, job, verb, term=term, **facts)
    session.add(
        Award(
            job_id=job.id,
            entry_id=entry.id,
            place=place + 1,
            amount_cents=amount,
            selected_at=act.now,
            publicity_ends=job.due,
        )
    )
    session.flush()


def _choose_next(act: Act, job: Job, verb: str, otherwise: str) -> None:
    """The next place of the ranking nobody held yet, if there is one; else the selection failed."""
    place = max((one.place for one in past_awards(job.id)), default=0)
    if place < len(ranking_of(job.id)):
        _choose(act, job, verb, place)
    else:
        _fail(act, job, otherwise, N_("nobody is next in line"))


def _fail(act: Act, job: Job, verb: str, reason: str) -> None:
    job.agency_id = job.amount_cents = job.agreed_days = None
    advance(act, job, verb, reason=reason)


def _end_award(act: Act, job: Job, why: str) -> None:
    award = current_award(job.id)
    if award:
        award.ended_at, award.ended_because = act.now, why
        session.flush()


def _decide(act: Act, objection: Objection, verb: str, decision: str) -> Job:
    job = objection.job
    job.lock()
    advance(act, objection, verb)
    objection.decision, objection.decided_at = decision, act.now
    session.flush()
    return job


def _rest_of_publicity(now: datetime, job: Job) -> datetime:
    """The end of publicity as announced, or now when it has passed while the award waited."""
    award = current_award(job.id)
    return max(award.publicity_ends, now) if award else now
