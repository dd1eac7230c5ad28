"""Two persons open the quotes: the service has one share of the key, the officer or the envelope brings another."""

import logging
from datetime import timedelta

import pytest

from app import wiring
from app.entries.eligibility import Offer
from app.entries.envelopes import open_envelopes
from app.entries.models import live_entries
from app.infra import keys
from app.infra.clockwork import take_late
from app.infra.db import session
from app.infra.record import Event
from app.jobs import operations as jobs
from app.jobs.models import Job, story_of
from app.jobs.rules import State
from app.kernel import shares
from app.kernel.act import CLOCK, Act, Role
from app.kernel.draw import verify_transcript
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.openings import operations as openings
from app.openings.models import shares_here, shares_to_take, unopened
from app.openings.rules import BRINGS, NOT_BROUGHT, NOT_READ, NOTHING, READINGS
from app.selections.models import selection_of
from tests import make
from tests.at_once import at_once
from tests.entries.test_envelopes import kept
from tests.openings.test_values import VALUE, in_transaction_of, officers, reads

pytestmark = pytest.mark.usefixtures("app")
SOON = timedelta(minutes=5)


def two_person(state="open", **fields):
    """A job whose owner's administrator is the officer."""
    owner = make.unit()
    known = {"method": "lowest_price", "funds": "social", "two_person": True, "officer_id": make.user_of(owner).id}
    return make.job(state, owner=owner, **known | {"outside_source": None} | fields)


def takes(whose, job):
    return openings.take_share(make.act(whose, make.later(job)), job)


def brings(whose, job, share):
    return openings.bring_share(make.act(whose, job.closed_at + SOON), job, share=share)


def with_shares(**fields):
    """A job after its closing, whose officer's and recovery share were taken while it was open."""
    job = two_person(**fields)
    taken = takes(job.owner, job), takes(make.regulator(), job)
    for place in range(3):
        one = make.agency(days=job.days, fee_cents=job.ceiling_cents)
        quote = job.ceiling_cents * (60 + place) // 100
        make.verb("entries", "enter")(make.act(one, make.later(job)), job, Offer(quote))
    take_late(Job, job.id, job.due, wiring.VERBS)
    assert job.state == State.AWAITING
    return job, *taken


def selected(job):
    take_late(Job, job.id, job.due + SOON, wiring.VERBS)
    return job.state == State.SELECTED and verify_transcript(selection_of(job.id).transcript) is None


# --- the posting ------------------------------------------------------------------------------------------------------

# fmt: off
WRONG = [
    ({"two_person": True, "method": "random_draw"}, "two_person"),
    ({"two_person": True, "method": "lowest_price", "officer_id": None}, "officer_id"),
    ({"two_person": True, "method": "lowest_price", "officer_id": "stranger"}, "officer_id"),
]
# fmt: on


@pytest.mark.parametrize(("fields", "field"), WRONG)
def test_only_sealed_quotes_are_opened_by_two_and_the_officer_is_of_the_owner(fields, field):
    job = make.job("draft")
    known = {"officer_id": make.user_of(job.owner).id} | fields
    if known["officer_id"] == "stranger":
        known["officer_id"] = make.user_of(make.unit()).id
    with pytest.raises(Invalid) as refused:
        jobs.edit(make.act(job.owner), job, **known)
    assert refused.value.field == field


# --- the shares -------------------------------------------------------------------------------------------------------


def test_the_opening_key_itself_is_kept_nowhere():
    job = two_person()
    assert job.wrapped_seal is None and not job.unlocked
    pieces = [keys.unwrap(each) for each in (job.service_share, job.officer_share, job.recovery_share)]
    private = shares.join(pieces[0], pieces[1])
    assert shares.join(pieces[1], pieces[2]) == private == shares.join(pieces[2], pieces[0])
    assert not any(private in piece for piece in pieces)


def test_a_share_is_shown_once_and_then_gone():
    job = two_person()
    assert shares_here(job.id) == (True, True)
    text = takes(job.owner, job)
    assert len(text) == 69 and job.officer_share is None and shares_here(job.id) == (False, True)
    with pytest.raises(WrongState):
        takes(job.owner, job)
    assert takes(make.regulator(), job) != text and shares_here(job.id) == (False, False)
    told = [(row.name, row.facts.get("share")) for row in story_of(job.id)[-2:]]
    assert told == [("job.take_share", "officer_share"), ("job.take_share", "recovery_share")]


def test_nobody_else_takes_or_brings_a_share():
    job = two_person("awaiting")
    colleague = make.person(job.owner)
    for other in (colleague, make.operator(), make.agency(), make.regulator("transport"), make.unit()):
        with pytest.raises(NotAllowed):
            takes(other, job)
        with pytest.raises(NotAllowed):
            brings(other, job, "A")


def test_the_desk_says_whose_share_waits():
    job = two_person()
    officer, regulator = make.act(job.owner).actor, make.act(make.regulator()).actor
    strangers = [make.act(one).actor for one in (make.operator(), make.person(job.owner), make.regulator("transport"))]
    assert [shares_to_take(one) for one in (officer, regulator)] == [[job], [job]]
    assert not any(shares_to_take(one) for one in strangers)
    takes(job.owner, job)
    assert (shares_to_take(officer), shares_to_take(regulator)) == ([], [job])


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "failed"])
def test_there_is_nothing_to_take_before_publication_or_after_the_end(state):
    job = two_person(state, **({"funds": "state"} if state == "failed" else {}))
    with pytest.raises(WrongState):
        takes(job.owner, job)


# --- the opening ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["nothing", "the officer's", "the recovery share"])
def test_losing_one_share_loses_nothing(lost):
    job, officer, recovery = with_shares()
    if lost == "the officer's":
        assert brings(make.regulator(), job, recovery)
    else:
        assert brings(job.owner, job, officer)
    assert (job.state, job.due) == (State.SELECTING, job.closed_at)
    assert (job.service_share, job.officer_share, job.recovery_share) == (None, None, None)
    assert selected(job) and job.amount_cents == job.ceiling_cents * 60 // 100


def test_a_share_may_be_brought_that_was_never_taken_before_the_closing():
    job = two_person("awaiting")
    assert brings(job.owner, job, takes(job.owner, job)) and selected(job)


def test_without_a_share_nothing_is_opened_and_the_selection_fails():
    job, *_ = with_shares()
    entries = live_entries(job.id)
    make.lapse(job)
    assert job.state == State.FAILED and story_of(job.id)[-1].facts["reason"] == NOT_BROUGHT
    assert [one.quote_cents for one in entries] == [None] * 3


SHARE, SPARE = BRINGS.values()
SILENCE = [
    (None, (), NOT_BROUGHT, [SHARE, SPARE], [NOTHING]),
    ("drand", (), NOT_READ, [READINGS, SHARE, SPARE], [NOTHING]),
    ("drand", ("officer",), NOT_READ, [READINGS], [SHARE]),
    ("drand", ("regulator",), NOT_READ, [READINGS], [SPARE]),
    ("drand", ("operator",), NOT_BROUGHT, [SHARE, SPARE], [READINGS]),
]


def unopened_job(source=None, bring=()):
    """A job whose selection failed since only these brought what opens it."""
    job, officer, recovery = with_shares(outside_source=source)
    if "officer" in bring:
        brings(job.owner, job, officer)
    if "regulator" in bring:
        brings(make.regulator(), job, recovery)
    if "operator" in bring:
        for one in officers():
            reads(one, job)
    make.lapse(job)
    return job


@pytest.mark.parametrize(("source", "bring", "reason", "missing", "brought"), SILENCE)
def test_it_is_on_record_who_kept_silent_and_who_did_not(source, bring, reason, missing, brought):
    job = unopened_job(source, bring)
    last = story_of(job.id)[-1]
    assert (job.state, last.name) == (State.FAILED, "job.give_up")
    assert (last.facts["reason"], last.facts["missing"], last.facts["brought"]) == (reason, missing, brought)
    found = unopened(job.published_at, job.sector_code)
    assert (found.jobs, found.shares, found.readings) == (1, SHARE in missing, READINGS in missing)
    assert [(one.id, told["missing"]) for one, told in found.latest] == [(job.id, missing)]


def test_a_job_that_was_opened_or_had_too_few_entries_is_not_counted_as_unopened():
    two_person("failed", funds="state")
    job, officer, _ = with_shares()
    brings(job.owner, job, officer)
    assert selected(job) and unopened(job.published_at, job.sector_code).jobs == 0
    job = unopened_job()
    assert unopened(job.published_at, "transport").jobs == unopened(job.state_since, job.sector_code).jobs == 0


def test_the_service_alone_cannot_open():
    job, *_ = with_shares()
    with pytest.raises(NotAllowed):
        open_envelopes(Act(CLOCK, job.due), job, live_entries(job.id))
    job.state = State.SELECTING
    with pytest.raises(ValueError):
        open_envelopes(Act(CLOCK, job.due), job, live_entries(job.id))
    session.rollback()


def test_a_wrong_share_is_refused_beside_its_field_and_changes_nothing():
    job, officer, _ = with_shares()
    strange = takes(*(lambda other: (other.owner, other))(two_person()))
    own = shares.write(keys.unwrap(job.service_share), job.seal_public)
    forged = shares.write(bytes([shares.OFFICER]) + b"\7" * 32, job.seal_public)
    slip = officer[:-1] + ("A" if officer[-1] != "A" else "B")
    for typed in ("", "x", strange, own, forged, slip):
        with pytest.raises(Invalid) as refused:
            brings(job.owner, job, typed)
        assert refused.value.field == "share" and job.state == State.AWAITING and not job.unlocked
    assert brings(job.owner, job, officer.lower().replace("-", " "))


def test_a_share_is_not_brought_before_the_closing_nor_twice():
    job = two_person()
    share = takes(job.owner, job)
    with pytest.raises(WrongState):
        openings.bring_share(make.act(job.owner, make.later(job)), job, share=share)
    job, officer, recovery = with_shares(outside_source="drand")
    assert brings(job.owner, job, officer) is False
    with pytest.raises(WrongState):
        brings(make.regulator(), job, recovery)


@pytest.mark.parametrize("first", ["value", "share"])
def test_a_value_and_a_share_can_both_be_asked_for(first):
    job, officer, _ = with_shares(outside_source="drand")
    one, other = officers()

    def values():
        reads(one, job)
        reads(other, job)

    steps = [values, lambda: brings(job.owner, job, officer)]
    for step in steps if first == "value" else steps[::-1]:
        assert job.state == State.AWAITING
        step()
    assert job.state == State.SELECTING and selected(job)
    assert selection_of(job.id).transcript["outside_value"] == VALUE


def test_where_too_few_entered_no_share_is_asked_for():
    job = two_person("failed", funds="state")
    assert selection_of(job.id).transcript["failed"]


# --- at once ----------------------------------------------------------------------------------------------------------


def test_officer_and_regulator_at_once_open_the_job_once():
    job, officer, recovery = with_shares()
    id, now = job.id, job.closed_at + SOON
    tries = [(make.act(job.owner, now), officer), (make.act(make.regulator(), now), recovery)]
    runs = [
        in_transaction_of(lambda act=act, text=text: openings.bring_share(act, session.get_one(Job, id), share=text))
        for act, text in tries
    ]
    answers = at_once(job, *runs)
    assert sorted(map(str, answers))[1] == "True" and isinstance(next(a for a in answers if a is not True), WrongState)
    session.expire_all()
    assert session.query(Event).filter_by(name="job.release").count() == 1


def test_of_two_who_take_the_recovery_share_at_once_one_gets_it():
    job = two_person()
    id, office = job.id, make.regulator()
    acts = [make.act(one, make.later(job)) for one in (office, make.person(office, Role.AUTHORISED))]
    runs = [in_transaction_of(lambda act=act: openings.take_share(act, session.get_one(Job, id))) for act in acts]
    answers = at_once(job, *runs)
    assert sum(isinstance(one, str) for one in answers) == 1
    assert sum(isinstance(one, WrongState) for one in answers) == 1


# --- secrecy ----------------------------------------------------------------------------------------------------------


def test_a_share_that_was_taken_is_found_nowhere(app, caplog, work):
    caplog.set_level(logging.DEBUG)
    job = two_person()
    pieces = {place: keys.unwrap(getattr(job, place)) for place in ("officer_share", "recovery_share")}
    text, recovery = takes(job.owner, job), takes(make.regulator(), job)
    id, at = job.id, make.later(job, hours=2)
    make.keep()
    work(at)
    shapes = [one.encode() for each in (text, recovery) for one in (each, each.replace("-", ""), each[:24])]
    shapes += [look for piece in pieces.values() for look in (piece[1:], piece.hex().encode())]
    assert not any(shape in content for content in kept(app) for shape in shapes)
    assert text not in caplog.text and recovery not in caplog.text
    job = session.get_one(Job, id)
    assert (job.officer_share, job.recovery_share) == (None, None)

    job.returned_because = text
    assert any(text.encode() in content for content in kept(app)), "a share that is kept would be found"


def test_no_private_half_is_found_while_the_key_is_split(app):
    job = two_person()
    private = shares.join(keys.unwrap(job.service_share), keys.unwrap(job.officer_share))
    make.keep()
    assert not any(look in content for content in kept(app) for look in (private, private.hex().encode()))
