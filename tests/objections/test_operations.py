"""Objections hold the award until they are decided or taken back; an abandoned award goes to the next in line."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app import wiring
from app.infra.clockwork import take_late
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job, light_of
from app.jobs.operations import repost
from app.jobs.rules import State
from app.kernel.act import Act, Role
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.objections import operations
from app.objections.models import Objection, objections_of, objections_to_settle, outcomes, pending_objections
from app.selections.models import current_award, past_awards, selection_of
from app.selections.operations import abandon
from tests import make
from tests.make import lapse
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
GROUND = "名单里有不符合条件的机构。"
DECISION = "经核实，情况属实。"


def object_to(job: Job, by: Any = None, **span: float) -> Objection:
    act = make.act(by or make.unit(), make.later(job, **span))
    return operations.object_to(act, job, ground=GROUND, file_id=None)


def operator(job: Job, **span: float) -> Act:
    return make.act(make.operator(), make.later(job, **span))


def tick(job: Job, now: datetime) -> str:
    take_late(Job, job.id, now, wiring.VERBS)
    return job.state


def last_event(job: Job) -> Event:
    return session.scalars(select(Event).where(Event.thread_of == job.thread).order_by(Event.id.desc())).first()  # type: ignore[return-value]


def ranking(job: Job) -> list[str]:
    selection = selection_of(job.id)
    assert selection is not None
    return list(selection.transcript["ranking"])


# --- objecting --------------------------------------------------------------------------------------------------------


def test_an_objection_holds_the_award() -> None:
    job = make.job("selected")
    ends = job.due
    assert ends is not None
    objection = object_to(job)
    assert (job.state, job.due, objection.state) == (State.OBJECTED, None, "filed")
    assert make.workdays(objection.filed_at, objection.due) == 3
    for days in (0, 30):
        assert tick(job, ends + timedelta(days=days)) == State.OBJECTED


def test_agencies_and_owners_object_and_nobody_else() -> None:
    job = make.job("selected")
    for somebody in (make.operator(), make.regulator(job.sector_code)):
        with pytest.raises(NotAllowed):
            object_to(job, somebody)
    for somebody in (make.agency(), make.unit(), job.owner):
        object_to(job, somebody)
    assert pending_objections(job.id) == 3


@pytest.mark.parametrize("state", ["open", "failed", "awarded", "in_service"])
def test_objections_are_taken_during_publicity_only(state: str) -> None:
    job = make.job(state)
    with pytest.raises(WrongState, match="publicity"):
        object_to(job)
    assert objections_of(job.id) == []


def test_publicity_ends_at_its_instant_whether_the_clock_has_come_by_or_not() -> None:
    job = make.job("selected")
    ends = job.due
    assert ends is not None
    for now in (ends, ends + timedelta(hours=5)):
        with pytest.raises(WrongState, match="publicity"):
            operations.object_to(make.act(make.unit(), now), job, ground=GROUND, file_id=None)
    operations.object_to(make.act(make.unit(), ends - timedelta(seconds=1)), job, ground=GROUND, file_id=None)


def test_a_held_award_takes_no_objection_after_its_publicity() -> None:
    job = make.job("selected")
    ends = job.due
    assert ends is not None
    object_to(job)
    with pytest.raises(WrongState, match="publicity"):
        operations.object_to(make.act(make.unit(), ends), job, ground=GROUND, file_id=None)


def test_the_owner_or_the_selected_agency_answers_once() -> None:
    for side in ("owner", "agency"):
        job = make.job("selected")
        objection = object_to(job)
        for somebody in (make.unit(), make.agency(), make.operator(), make.regulator(job.sector_code)):
            with pytest.raises(NotAllowed):
                operations.answer(make.act(somebody, make.later(job)), objection, text="与事实不符。")
        by = make.act(getattr(job, side), make.later(job))
        operations.answer(by, objection, text="名单已逐一核对，均符合条件。")
        assert (objection.state, objection.answered_by_id) == ("answered", by.actor.unit_id)
        assert make.workdays(objection.state_since, objection.due) == 7
        with pytest.raises(WrongState):
            operations.answer(by, objection, text="再答一次。")


def test_without_an_answer_in_time_it_is_decided_on_what_is_there() -> None:
    job = make.job("selected")
    objection = object_to(job)
    answers = objection.due
    assert answers is not None
    lapse(objection)
    assert (objection.state, objection.answer) == ("answered", None)
    assert make.workdays(answers, objection.due) == 7
    with pytest.raises(WrongState):
        operations.answer(make.act(job.owner, answers), objection, text="迟到的答复。")


def test_an_answer_comes_too_late_at_its_instant_also_before_the_clock_has_come_by() -> None:
    job = make.job("selected")
    objection = object_to(job)
    with pytest.raises(WrongState, match="deadline has passed"):
        operations.answer(make.act(job.owner, objection.due), objection, text="迟到的答复。")


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_only_the_operator_decides() -> None:
    job = make.job("selected")
    objection = object_to(job)
    for somebody in (job.owner, job.agency, objection.unit, make.regulator(job.sector_code)):
        for verb in (operations.dismiss, operations.uphold):
            with pytest.raises(NotAllowed):
                verb(make.act(somebody, make.later(job)), objection, decision=DECISION)
    assert objection.state == "filed"


def test_a_dismissed_objection_lets_publicity_go_on_to_its_announced_end() -> None:
    job = make.job("selected")
    ends, agency = job.due, job.agency_id
    assert ends is not None
    objection = object_to(job)
    operations.dismiss(operator(job, hours=2), objection, decision=DECISION)
    assert (objection.state, objection.decision, job.state) == ("dismissed", DECISION, State.SELECTED)
    assert (job.due, job.agency_id) == (ends, agency)
    lapse(job)
    assert (job.state, job.state_since) == (State.AWARDED, ends)


def test_a_decision_after_the_announced_end_leads_to_the_award_at_once() -> None:
    job = make.job("selected")
    objection = lapse(object_to(job))
    operations.dismiss(operator(job, days=10), objection, decision=DECISION)
    assert (job.state, job.due) == (State.SELECTED, job.state_since)
    lapse(job)
    assert job.state == State.AWARDED


def test_the_award_waits_for_the_last_of_several_objections() -> None:
    job = make.job("selected")
    first, second, third = (object_to(job) for _ in range(3))
    operations.dismiss(operator(job), first, decision=DECISION)
    operations.take_back(make.act(second.unit, make.later(job)), second)
    assert (job.state, job.due) == (State.OBJECTED, None)
    operations.dismiss(operator(job), third, decision=DECISION)
    assert job.state == State.SELECTED


def test_an_upheld_objection_selects_the_next_in_line_with_publicity_anew() -> None:
    job = make.job("selected", method="lowest_price")
    order, first = ranking(job), job.agency_id
    objection, other = object_to(job), object_to(job)
    operations.uphold(operator(job, days=2), objection, decision=DECISION)
    assert [one.state for one in (objection, other)] == ["upheld", "upheld"]
    assert job.state == State.SELECTED
    assert (job.agency.unit.code, make.workdays(job.state_since, job.due)) == (order[1], 3)
    award, (ended,) = current_award(job.id), past_awards(job.id)
    assert award is not None
    assert (award.place, award.amount_cents, job.amount_cents) == (2, award.entry.quote_cents, award.entry.quote_cents)
    assert (ended.entry.agency_id, ended.ended_because) == (first, "set aside after an objection")
    object_to(job)
    assert job.state == State.OBJECTED, "the new result can be objected to as well"


def test_when_nobody_is_next_an_upheld_objection_makes_the_selection_fail() -> None:
    job = make.job("selected", entries=1, funds="social")
    operations.uphold(operator(job), object_to(job), decision=DECISION)
    assert (job.state, job.due, job.agency_id, job.amount_cents, job.agreed_days) == (State.FAILED, *[None] * 4)
    assert (last_event(job).name, last_event(job).facts["reason"]) == ("job.annul", "nobody is next in line")
    assert current_award(job.id) is None


def test_a_decided_objection_is_not_decided_again() -> None:
    job = make.job("selected")
    objection = object_to(job)
    operations.dismiss(operator(job), objection, decision=DECISION)
    for verb in (operations.dismiss, operations.uphold):
        with pytest.raises(WrongState):
            verb(operator(job), objection, decision=DECISION)
    with pytest.raises(WrongState):
        operations.take_back(make.act(objection.unit, make.later(job)), objection)


def test_whoever_objected_takes_it_back_and_the_clock_goes_on() -> None:
    job = make.job("selected")
    ends = job.due
    objection = object_to(job)
    for somebody in (job.owner, make.operator(), make.unit()):
        with pytest.raises(NotAllowed):
            operations.take_back(make.act(somebody, make.later(job)), objection)
    operations.take_back(make.act(objection.unit, make.later(job)), objection)
    assert (objection.state, job.state) == ("taken_back", State.OBJECTED)
    lapse(job)
    assert (job.state, job.due) == (State.SELECTED, ends)


def test_taken_back_after_the_announced_end_the_award_follows_at_once() -> None:
    job = make.job("selected")
    objection = lapse(object_to(job))
    operations.take_back(make.act(objection.unit, make.later(job, days=9)), objection)
    lapse(lapse(job))
    assert job.state == State.AWARDED


def test_a_late_decision_waits_in_red_for_the_operator() -> None:
    job = make.job("selected")
    objection = lapse(object_to(job))
    assert [one.id for one in objections_to_settle()] == [objection.id]
    assert [one.id for one in objections_to_settle(job.owner_id)] == [objection.id]
    assert objections_to_settle(make.unit().id) == []
    light = light_of(objection, objection.due)
    assert light is not None
    assert light.color == "red"
    take_late(Objection, objection.id, objection.due, wiring.VERBS)
    assert objection.state == "answered", "the clock decides nothing"


# --- abandoning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["awarded", "contract_uploaded"])
def test_an_abandoned_award_goes_to_the_next_in_line(state: str) -> None:
    job = make.job(state, method="lowest_price", entries=4)
    order = ranking(job)
    for place in (2, 3, 4):
        abandon(make.act(job.agency, make.later(job)), job, reason="人员安排不开，无法按期完成。")
        assert (job.state, job.due) == (State.ABANDONED, job.state_since)
        lapse(job)
        award = current_award(job.id)
        assert award is not None
        assert (job.state, award.place, job.agency.unit.code) == (State.SELECTED, place, order[place - 1])
        assert (job.amount_cents, award.amount_cents) == (award.entry.quote_cents, award.entry.quote_cents)
        assert make.workdays(job.state_since, job.due) == 3
        lapse(job)
        assert job.state == State.AWARDED
    abandon(make.act(job.agency, make.later(job)), job, reason="人员安排不开，无法按期完成。")
    lapse(job)
    assert (job.state, job.agency_id) == (State.FAILED, None)
    assert last_event(job).facts["reason"] == "nobody is next in line"
    assert [one.ended_because for one in past_awards(job.id)] == ["abandoned"] * 4


def test_where_the_posting_asks_for_it_an_abandoned_award_is_not_passed_on() -> None:
    owner = make.unit()
    job = make.job("abandoned", owner=owner, if_abandoned="reselect")
    lapse(job)
    assert (job.state, job.agency_id, job.due) == (State.FAILED, None, None)
    assert "asks for a new selection" in last_event(job).facts["reason"]
    again = repost(make.act(owner, make.later(job)), job)
    assert (again.round, again.if_abandoned) == (2, "reselect")


def test_a_dropped_quote_is_never_in_line() -> None:
    job = make.job("awarded", method="average_price", entries=6)
    selection = selection_of(job.id)
    assert selection is not None
    dropped = set(selection.transcript["dropped"].values())
    seen = set()
    while job.agency_id:
        seen.add(job.agency.unit.code)
        abandon(make.act(job.agency, make.later(job)), job, reason="人员安排不开，无法按期完成。")
        lapse(job)
        if job.agency_id:
            lapse(job)
    assert len(seen) == 4
    assert not seen & dropped


def test_only_the_selected_agency_abandons_and_only_before_the_contract() -> None:
    job = make.job("awarded")
    reason = "人员安排不开，无法按期完成。"
    for somebody in (job.owner, make.agency(), make.operator(), make.regulator(job.sector_code)):
        with pytest.raises(NotAllowed):
            abandon(make.act(somebody, make.later(job)), job, reason=reason)
    bound = make.job("contracted")
    with pytest.raises(WrongState):
        abandon(make.act(bound.agency, make.later(bound)), bound, reason=reason)


def test_an_authorised_person_may_abandon_and_it_stands_on_the_record() -> None:
    job = make.job("awarded")
    agency = job.agency_id
    person = make.person(job.agency.unit, Role.AUTHORISED)
    abandon(make.act(person, make.later(job)), job, reason="人员安排不开，无法按期完成。")
    told = last_event(job)
    assert (told.name, told.facts["agency"], told.user_id) == ("job.abandon", agency, person.id)


# --- posted again -----------------------------------------------------------------------------------------------------


def test_a_failed_job_is_posted_again_once_and_its_entry_is_open_longer() -> None:
    owner = make.unit()
    job = make.job("failed", owner=owner)
    again = repost(make.act(owner, make.later(job)), job)
    with pytest.raises(WrongState):
        repost(make.act(owner, make.later(job)), job)
    for verb, by in (("submit", owner), ("publish", make.operator())):
        make.verb("jobs", verb)(make.act(by, make.later(again)), again)
    assert (make.workdays(again.state_since, again.due), again.number != job.number) == (5, True)
    assert again.commitment != job.commitment
    lapse(lapse(again))
    third = repost(make.act(owner, make.later(again)), again)
    assert third.round == 3, "each failed round may be posted again once"


def test_a_repost_must_be_lawful_on_its_own_day() -> None:
    owner = make.unit()
    job = make.job("failed", owner=owner)
    again = repost(make.act(owner, make.later(job)), job)
    with pytest.raises(Invalid):
        make.verb("jobs", "edit")(make.act(owner, make.later(job)), again, ceiling_cents=10**9)


# --- how they end -----------------------------------------------------------------------------------------------------


def test_the_outcomes_of_a_year_are_counted_with_the_working_days_they_took() -> None:
    assert outcomes(NOW).filed == 0
    assert outcomes(NOW).upheld_share is None
    ended = {"dismiss": make.job("selected"), "uphold": make.job("selected"), "take_back": make.job("selected")}
    for verb, job in ended.items():
        by, stranger = make.act(make.operator(), make.later(job, days=1)), make.unit()
        objection = operations.object_to(
            make.act(stranger, make.later(job)), job, ground="名单里有不符合条件的机构。", file_id=None
        )
        if verb == "take_back":
            operations.take_back(make.act(stranger, make.later(job, days=1)), objection)
        else:
            getattr(operations, verb)(by, objection, decision="经核对，已作出决定。")
    waiting = make.job("objected")
    found = outcomes(make.later(waiting, days=2))
    assert found.by_state == {"filed": 1, "answered": 0, "upheld": 1, "dismissed": 1, "taken_back": 1}
    assert (found.filed, found.days, found.in_time, found.upheld_share) == (4, (1, 1), 2, 0.5)
    assert outcomes(make.later(waiting, days=400)).filed == 0


@pytest.mark.one_database
def test_anybody_reads_how_objections_end(client) -> None:
    assert "最近十二个月没有" in client.get("/objections").text
    make.job("objected")
    make.keep()
    assert "待答复" in client.get("/objections").text
