"""A job that named an outside value waits for it, two officers read it, and it goes into the draw."""

from datetime import timedelta

import pytest

from app import wiring
from app.infra import outside
from app.infra.clockwork import take_late
from app.infra.db import session, transaction
from app.infra.outbox import Task
from app.infra.record import Event
from app.jobs import operations as jobs
from app.jobs.models import Job, story_of
from app.jobs.rules import State
from app.kernel.act import CLOCK, Act, Role
from app.kernel.draw import verify_transcript
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.openings import operations as openings
from app.openings.models import disagree, readings_of
from app.openings.rules import NOT_READ
from app.panels.models import bidders_in
from app.selections.models import selection_of
from tests import make
from tests.at_once import at_once, by, naively
from tests.panels import bench

pytestmark = pytest.mark.usefixtures("app")
VALUE, OTHER = "ab" * 32, "cd" * 32
SOON = timedelta(minutes=5)


def officers():
    """Two people of the operator."""
    office = make.operator()
    return make.user_of(office), make.person(office, Role.AUTHORISED)


def reads(person, job, value=VALUE, after=SOON):
    return openings.type_value(make.act(person, job.closed_at + after), job, value=value)


def waiting(**fields):
    return make.job("awaiting", **{"funds": "social"} | fields)


# --- naming -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["drand", "welfare_3d"])
def test_the_announcement_names_the_value_for_its_closing(source):
    job = make.job("open", outside_source=source)
    named = openings.named(job)
    assert named and job.outside == named.words and named.since > job.due
    assert story_of(job.id)[-1].facts["outside"] == job.outside


def test_a_job_that_asks_for_none_names_none_and_does_not_wait():
    job = make.job("selecting")
    assert (job.outside, openings.named(job), job.closed_at) == (None, None, None)


def test_only_a_value_of_the_list_can_be_chosen():
    job = make.job("draft")
    with pytest.raises(Invalid) as refused:
        jobs.edit(make.act(job.owner), job, outside_source="coin")
    assert refused.value.field == "outside_source"


def test_a_repost_names_a_value_of_its_own():
    job = make.job("failed", outside_source="drand", funds="state")
    again = jobs.repost(make.act(job.owner, make.later(job)), job)
    assert (again.outside_source, again.outside, again.outside_value) == ("drand", None, None)


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_after_the_closing_the_job_waits_with_its_list_frozen_and_nothing_opened():
    job = make.job("awaiting")
    closed = story_of(job.id)[-1]
    assert closed.name == "job.hold" and closed.facts["term"] == "opening"
    assert make.workdays(job.state_since, job.due) == 3
    assert closed.facts["list_hash"] and selection_of(job.id) is None


def test_where_too_few_entered_nothing_is_waited_for():
    job = make.job("failed", outside_source="drand", funds="state")
    transcript = selection_of(job.id).transcript
    assert (transcript["outside"], transcript["outside_value"]) == (job.outside, None)
    assert verify_transcript(transcript) is None


def test_when_the_time_has_passed_the_selection_fails_and_says_why():
    job = waiting()
    make.lapse(job)
    assert job.state == State.FAILED and story_of(job.id)[-1].facts["reason"] == NOT_READ
    assert selection_of(job.id) is None


def test_nobody_reads_when_the_time_has_passed():
    job = waiting()
    with pytest.raises(WrongState):
        reads(officers()[0], job, after=job.due - job.closed_at)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_two_officers_who_read_the_same_lead_on_and_the_clock_selects():
    job = waiting()
    closed, frozen = job.closed_at, story_of(job.id)[-1].facts["list_hash"]
    one, other = officers()
    assert reads(one, job) is False and job.state == State.AWAITING
    assert reads(other, job, f" {VALUE.upper()} ") is True
    assert (job.state, job.due, job.outside_value) == (State.SELECTING, closed, VALUE)
    take_late(Job, job.id, closed + SOON, wiring.VERBS)
    transcript = selection_of(job.id).transcript
    assert job.state == State.SELECTED
    assert (transcript["outside"], transcript["outside_value"]) == (job.outside, VALUE)
    assert transcript["closed_at"] == closed.isoformat().replace("+00:00", "Z")
    assert transcript["list_hash"] == frozen
    assert verify_transcript(transcript) is None
    assert verify_transcript(transcript | {"outside_value": OTHER}) is not None


def test_one_officer_alone_does_not_open_however_often():
    job = waiting()
    one, _ = officers()
    for _ in range(3):
        assert reads(one, job) is False
    assert len(readings_of(job.id)) == 1 and job.state == State.AWAITING


def test_officers_who_differ_both_may_correct_theirs():
    job = waiting()
    one, other = officers()
    reads(one, job)
    assert reads(other, job, OTHER) is False
    assert disagree(readings_of(job.id)) and job.state == State.AWAITING
    assert reads(one, job, OTHER) is True
    assert (job.outside_value, job.state) == (OTHER, State.SELECTING)


def test_of_three_readings_the_two_that_agree_count():
    job = waiting()
    one, other = officers()
    reads(one, job)
    reads(other, job, OTHER)
    assert reads(make.person(make.operator()), job) is True
    assert job.outside_value == VALUE


def test_a_value_cannot_be_read_before_it_can_exist():
    job = waiting()
    named = openings.named(job)
    with pytest.raises(Invalid, match="does not exist yet"):
        reads(officers()[0], job, after=named.since - job.closed_at - timedelta(seconds=1))
    assert reads(officers()[0], job, after=named.since - job.closed_at) is False


def test_a_lottery_number_is_waited_for_until_the_evening_of_the_next_day():
    job = waiting(outside_source="welfare_3d")
    with pytest.raises(Invalid, match="does not exist yet"):
        reads(officers()[0], job, "427", timedelta(hours=19))
    one, other = officers()
    assert [reads(each, job, "427", timedelta(hours=22)) for each in (one, other)] == [False, True]


@pytest.mark.parametrize("typed", ["", "0", "ab" * 31, "xy" * 32, "甲"])
def test_what_does_not_look_like_the_value_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        reads(officers()[0], waiting(), typed)
    assert refused.value.field == "value"


def test_only_officers_of_the_operator_read():
    job = waiting()
    for stranger in (job.owner, make.agency(), make.regulator()):
        with pytest.raises(NotAllowed):
            reads(make.user_of(stranger), job)


@pytest.mark.parametrize("state", ["open", "selecting", "selected", "failed", "withdrawn"])
def test_outside_its_time_nothing_is_read(state):
    job = make.job(state)
    with pytest.raises(WrongState):
        openings.type_value(make.act(make.operator(), make.later(job)), job, value=VALUE)


def test_two_officers_at_once_open_the_job_once():
    job = waiting()
    now = job.closed_at + SOON
    acts, id = [make.act(person, now) for person in officers()], job.id

    def types(act):
        return in_transaction_of(lambda: openings.type_value(act, session.get_one(Job, id), value=VALUE))

    answers = at_once(job, *map(types, acts))
    assert sorted(answers) == [False, True]
    session.expire_all()
    assert session.query(Event).filter_by(name="job.release").count() == 1
    assert session.get_one(Job, id).state == State.SELECTING


def test_the_naive_way_would_open_it_twice():
    job = waiting()
    now = job.closed_at + SOON
    one, other = (make.act(person, now) for person in officers())
    naively(*(by(act, job, "release", openings.type_value, value=VALUE) for act in (one, other)))
    assert session.query(Event).filter_by(name="job.release").count() == 2


def in_transaction_of(verb):
    def run():
        try:
            with transaction():
                return verb()
        finally:
            session.remove()

    return run


# --- read by the service ----------------------------------------------------------------------------------------------


@pytest.fixture
def relayed(monkeypatch):
    """The service reads drand itself; `relayed["answer"]` is what the relay tells, or an exception."""
    known = {"answer": VALUE}

    def read(value):
        if isinstance(known["answer"], Exception):
            raise known["answer"]
        return known["answer"]

    outside.allow("drand", "https://relay.invalid")
    monkeypatch.setattr(outside, "read", read)
    yield known
    outside.allow("off", "")


def planned():
    return [task for task in session.query(Task).all() if task.name.startswith("openings.")]


def test_the_service_reads_nothing_unless_it_is_told_to(work):
    job = waiting()
    at, id = job.closed_at + SOON, job.id
    make.keep()
    work(at)
    assert readings_of(id) == [] and planned() == []


def test_the_reading_of_the_service_counts_as_one_of_the_two(relayed, work):
    job = waiting()
    at, id = job.closed_at + SOON, job.id
    act = make.act(officers()[0], at)
    make.keep()
    work(at)
    assert [(each.user_id, each.value) for each in readings_of(id)] == [(None, VALUE)]
    job = session.get_one(Job, id)
    assert job.state == State.AWAITING
    assert openings.type_value(act, job, value=VALUE) is True
    assert job.state == State.SELECTING


def test_the_service_can_be_the_second(relayed):
    job = waiting()
    reads(officers()[0], job)
    openings.read_source(Act(CLOCK, job.closed_at + SOON), job.id)
    assert job.state == State.SELECTING


def test_a_source_that_does_not_answer_is_asked_again(relayed, work):
    relayed["answer"] = outside.Unreadable("no answer")
    job = waiting()
    at, id = job.closed_at + SOON, job.id
    make.keep()
    work(at)
    assert [task.attempts > 0 for task in planned()] == [True]
    session.rollback()
    relayed["answer"] = VALUE
    work(at + timedelta(hours=1))
    assert len(readings_of(id)) == 1 and planned() == []


def test_the_service_leaves_a_job_alone_that_no_longer_waits(relayed):
    job = waiting()
    one, other = officers()
    reads(one, job)
    reads(other, job)
    openings.read_source(Act(CLOCK, job.closed_at + SOON), job.id)
    assert len(readings_of(job.id)) == 2


def test_a_panel_meets_the_bidders_in_an_order_that_the_value_has_its_part_in():
    job = bench.opened(outside_source="drand")
    bench.seated(job)
    for number in (1, 2, 3):
        bench.enter(job, number)
    make.lapse(job)
    assert job.state == State.AWAITING
    for officer in officers():
        reads(officer, job)
    make.lapse(job)
    met = [one.code for one in bidders_in(job.id)]
    bench.agree(bench.scored(job))
    make.lapse(job)
    transcript = selection_of(job.id).transcript
    assert job.state == State.SELECTED
    assert (transcript["outside_value"], transcript["bidders"]) == (VALUE, met)
    assert verify_transcript(transcript) is None
