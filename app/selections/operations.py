"""Selecting by the published rule, and abandoning. The clock selects; nobody starts or delays it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.entries.eligibility import Offer, refuse_offer
from app.entries.envelopes import Tampered, entrant_of, open_envelopes, open_quality
from app.entries.models import Entry, live_entries
from app.infra import almanac, keys
from app.infra.db import session
from app.infra.record import advance
from app.infra.recount import Fate, Move
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.bidders import bidders_of
from app.kernel.choosing import failure
from app.kernel.draw import Entrant, Rule, make_transcript
from app.kernel.errors import Invalid, WrongState
from app.kernel.words import N_
from app.methods.rules import CHOOSING, SCORED, IfAbandoned, asks_quote
from app.panels import operations as panels
from app.panels.models import bidders_in, panel_of
from app.selections.models import (
    Award,
    Selection,
    current_award,
    end_with_their_jobs,
    held_awards,
    places_held,
    publicity_of,
    ranking_of,
    rule_of,
    terms_of,
)
from app.selections.rules import ABANDONED, NOT_AS_SEALED, OUT_OF_BOUNDS


def select(act: Act, job: Job) -> None:
    """The clock's verb after closing: open the envelopes, choose by the method, publish transcript and result. Where
    too few entered, all envelopes stay closed. Where a panel scores, it is convened first, and the rest is done when
    it has agreed. A direct selection takes the one named entry, and nothing is drawn."""
    job.LIFE.check(act, job, "select")
    almanac.almanac(fresh=True)
    entries, rule = live_entries(job.id), rule_of(job, act.now)
    if job.method not in CHOOSING:
        _select_named(act, job, entries, rule.minimum_entries)
        return
    enough = failure(len(entries), minimum=rule.minimum_entries) is None
    waits = enough and job.method in SCORED and job.quality_closed_at is None
    if enough:
        try:
            (open_quality if waits else open_envelopes)(act, job, entries)
        except Tampered as tampered:
            advance(act, job, "fail", reason=NOT_AS_SEALED, agency=str(tampered))
            return
    if waits:
        _convene(act, job, entries, rule)
        return
    if enough:
        entries = _within_bounds(act, job, entries)
    secret, entrants = keys.unwrap(job.wrapped_secret or b""), _with_scores(job, entries)
    terms, value = terms_of(job, rule), job.outside_value
    transcript = make_transcript(terms, secret=secret, entrants=entrants, outside_value=value)
    session.add(Selection(job_id=job.id, made_at=act.now, entries=len(entries), transcript=transcript))
    session.flush()
    if transcript["failed"]:
        advance(act, job, "fail", reason=transcript["failed"], entries=len(entries))
    else:
        _choose(act, job, "select", 0)


def award(act: Act, job: Job) -> None:
    """The clock's verb when publicity ends without an objection."""
    job.LIFE.check(act, job, "award")
    job.awarded_at = act.now
    advance(act, job, "award")


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


def correct(act: Act, job: Job, *, award_id: int, reason: str) -> None:
    """A wrong award is taken back before there is a contract: the next of the published order is selected, and its
    publicity begins anew; where nobody is next, the selection failed. `award_id` is the award the operator judged."""
    _take_back(act, job, "correct", award_id, reason)
    choose_next(act, job, "correct", "void", reason)


def void(act: Act, job: Job, *, award_id: int, reason: str) -> None:
    """A wrong award is taken back before there is a contract, and with it the order it came from: the selection
    failed, and its owner can post the job again."""
    _take_back(act, job, "void", award_id, reason)
    _fail(act, job, "void", reason)


def _take_back(act: Act, job: Job, verb: str, award_id: int, reason: str) -> None:
    job.lock()
    job.LIFE.check(act, job, verb)
    award = current_award(job.id)
    if award is None or award.id != award_id:
        raise WrongState(N_("Another agency is selected now. Read the result again before you correct it."))
    job.contract_by_id = None
    end_award(act, job, reason)


def choose_next(act: Act, job: Job, verb: str, otherwise: str, reason: str = "") -> None:
    """The next place of the published order that nobody held yet, if there is one; else the selection failed."""
    place = places_held(job.id)
    if place < len(ranking_of(job.id)):
        _choose(act, job, verb, place, **({"reason": reason} if reason else {}))
    else:
        _fail(act, job, otherwise, reason or N_("nobody is next in line"))


def end_award(act: Act, job: Job, why: str) -> None:
    award = current_award(job.id)
    if award:
        award.ended_at, award.ended_because = act.now, why
        session.flush()


def held(now: datetime) -> Iterator[tuple[Job, datetime, datetime]]:
    """The ends of publicity while an objection holds the award: until then others may object, and the job itself has no
    deadline. (Job, as it is, as the calendar makes it.)"""
    for award, job in held_awards(now):
        yield job, award.publicity_ends, almanac.calendar().deadline_from(*publicity_of(award, job))


def follow_publicity(act: Act, moves: Sequence[Move]) -> None:
    """After the calendar changed: publicity ends when the deadline of its job does, and that of a held award when the
    calendar makes it."""
    end_with_their_jobs()
    ends = {move.id: move.after for move in moves if move.model is Job and move.id and move.fate == Fate.MOVES}
    for award, job in held_awards(act.now) if ends else ():
        award.publicity_ends = ends.get(job.id, award.publicity_ends)


def _convene(act: Act, job: Job, entries: list[Entry], rule: Rule) -> None:
    """Draw the order in which the panel meets the bidders, and give it the word."""
    secret, by_code = keys.unwrap(job.wrapped_secret or b""), {one.agency.unit.code: one for one in entries}
    entrants, value = [entrant_of(one) for one in entries], job.outside_value
    order = bidders_of(terms_of(job, rule), secret=secret, entrants=entrants, outside_value=value)
    panels.convene(act, job, [by_code[code] for code in order])


def _with_scores(job: Job, entries: list[Entry]) -> list[Entrant]:
    """The entrants as they stood on the list at closing; where a panel agreed, each with its consensus."""
    panel = panel_of(job.id)
    if panel is None:
        return [entrant_of(one) for one in entries]
    bidders = {one.entry_id: one for one in bidders_in(job.id)}
    return [
        replace(
            entrant_of(one), code=as_bidder.code, name=as_bidder.name, scores=tuple(panel.scores[as_bidder.number - 1])
        )
        for one in entries
        if (as_bidder := bidders[one.id])
    ]


def _select_named(act: Act, job: Job, entries: list[Entry], minimum: int) -> None:
    """The entry of the agency that a direct selection names; its envelope holds no offer and stays closed."""
    if failed := failure(len(entries), minimum=minimum):
        advance(act, job, "fail", reason=failed, entries=len(entries))
    else:
        _take(act, job, "select", entries[0], 1)


def _choose(act: Act, job: Job, verb: str, place: int, **told: str) -> None:
    """Make the entry at a place of the published ranking the selected one."""
    code = ranking_of(job.id)[place]
    _take(act, job, verb, next(one for one in live_entries(job.id) if one.agency.unit.code == code), place + 1, **told)


def _take(act: Act, job: Job, verb: str, entry: Entry, place: int, **told: str) -> None:
    """Make an entry the selected one, and start its publicity."""
    amount = entry.quote_cents if asks_quote(job) else job.ceiling_cents
    term = "publicity_urgent" if job.urgent else "publicity"
    job.agency_id, job.amount_cents = entry.agency_id, amount
    job.agreed_days = entry.days or min(entry.listing.days, job.days or entry.listing.days)
    facts: dict[str, Any] = {"agency": entry.agency.unit.name, "amount_cents": amount, "place": place, **told}
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


def _within_bounds(act: Act, job: Job, entries: list[Entry]) -> list[Entry]:
    """The opened entries that the job takes as its addenda have changed it; the others are excluded, with the published
    reason. Before the opening nobody could know them. No addendum changes the bounds of a job that a panel scores."""
    if job.method in SCORED:
        return entries
    kept = []
    for entry in entries:
        try:
            refuse_offer(job, Offer(entry.quote_cents if entry.discount is None else None, entry.days, entry.discount))
            kept.append(entry)
        except Invalid:
            entry.excluded_because = OUT_OF_BOUNDS
            advance(act, entry, "exclude", reason=OUT_OF_BOUNDS)
    return kept


def _fail(act: Act, job: Job, verb: str, reason: str) -> None:
    advance(act, job, verb, reason=reason)
    job.agency_id = job.amount_cents = job.agreed_days = None
