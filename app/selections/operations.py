"""Selecting by the published rule, and abandoning. The clock selects; nobody starts or delays it."""

from typing import Any

from app.entries.envelopes import Tampered, entrant_of, open_envelopes
from app.entries.models import Entry, live_entries
from app.infra import almanac, keys
from app.infra.db import session
from app.infra.record import advance
from app.jobs.models import Job
from app.jobs.rules import CHOOSING, PRICED, IfAbandoned
from app.kernel.act import Act
from app.kernel.choosing import failure
from app.kernel.draw import make_transcript
from app.kernel.words import N_
from app.selections.models import Award, Selection, current_award, past_awards, ranking_of, rule_of, terms_of
from app.selections.rules import ABANDONED, NOT_AS_SEALED


def select(act: Act, job: Job) -> None:
    """The clock's verb after closing: open the envelopes, choose by the method, publish transcript and result. Where
    too few entered, all envelopes stay closed. A direct selection takes the one named entry, and nothing is drawn."""
    job.LIFE.check(act, job, "select")
    almanac.almanac(fresh=True)
    entries, rule = live_entries(job.id), rule_of(job, act.now)
    if job.method not in CHOOSING:
        _select_named(act, job, entries, rule.minimum_entries)
        return
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
    end_award(act, job, ABANDONED)
    if job.if_abandoned == IfAbandoned.NEXT:
        choose_next(act, job, "succeed", "fall_through")
    else:
        _fail(act, job, "fall_through", N_("the award was abandoned, and the posting asks for a new selection"))


def abandon(act: Act, job: Job, *, reason: str) -> None:
    """The selected agency gives up the award. It stands on its record; the clock goes on as the posting said."""
    advance(act, job, "abandon", reason=reason, agency=job.agency_id)


def choose_next(act: Act, job: Job, verb: str, otherwise: str) -> None:
    """The next place of the ranking nobody held yet, if there is one; else the selection failed."""
    place = max((one.place for one in past_awards(job.id)), default=0)
    if place < len(ranking_of(job.id)):
        _choose(act, job, verb, place)
    else:
        _fail(act, job, otherwise, N_("nobody is next in line"))


def end_award(act: Act, job: Job, why: str) -> None:
    award = current_award(job.id)
    if award:
        award.ended_at, award.ended_because = act.now, why
        session.flush()


def _select_named(act: Act, job: Job, entries: list[Entry], minimum: int) -> None:
    """The entry of the agency that a direct selection names; its envelope holds no offer and stays closed."""
    if failed := failure(len(entries), minimum=minimum):
        advance(act, job, "fail", reason=failed, entries=len(entries))
    else:
        _take(act, job, "select", entries[0], 1)


def _choose(act: Act, job: Job, verb: str, place: int) -> None:
    """Make the entry at a place of the published ranking the selected one."""
    code = ranking_of(job.id)[place]
    _take(act, job, verb, next(one for one in live_entries(job.id) if one.agency.unit.code == code), place + 1)


def _take(act: Act, job: Job, verb: str, entry: Entry, place: int) -> None:
    """Make an entry the selected one, and start its publicity."""
    amount = entry.quote_cents if job.method in PRICED else job.ceiling_cents
    term = "publicity_urgent" if job.urgent else "publicity"
    job.agency_id, job.amount_cents = entry.agency_id, amount
    job.agreed_days = entry.days or min(entry.listing.days, job.days or entry.listing.days)
    facts: dict[str, Any] = {"agency": entry.agency.unit.name, "amount_cents": amount, "place": place}
    advance(act, job, verb, term=term, **facts)
    session.add(
        Award(
            job_id=job.id,
            entry_id=entry.id,
            place=place,
            amount_cents=amount,
            selected_at=act.now,
            publicity_ends=job.due,
        )
    )
    session.flush()


def _fail(act: Act, job: Job, verb: str, reason: str) -> None:
    job.agency_id = job.amount_cents = job.agreed_days = None
    advance(act, job, verb, reason=reason)
