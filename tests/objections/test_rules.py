"""The law of objections, row by row, without a database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.jobs.rules import State
from app.kernel.act import CLOCK, VISITOR, Act, Actor, Kind, Role
from app.kernel.errors import NotAllowed, Refusal, WrongState
from app.objections import rules
from app.objections.rules import OBJECTION_LIFE, PENDING, ObjectionState

NOW = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
OWNER, SELECTED, OBJECTOR, SET_ASIDE = 1, 3, 4, 8

PEOPLE = {
    "owner": Actor(11, OWNER, Kind.OWNER, Role.ADMINISTRATOR),
    "runner": Actor(12, OWNER, Kind.OWNER, Role.DELEGATE),
    "colleague": Actor(13, OWNER, Kind.OWNER, Role.DELEGATE),
    "entrant": Actor(21, 2, Kind.AGENCY, Role.AUTHORISED),
    "selected": Actor(31, SELECTED, Kind.AGENCY, Role.ADMINISTRATOR),
    "objector": Actor(41, OBJECTOR, Kind.AGENCY, Role.ADMINISTRATOR),
    "set aside": Actor(81, SET_ASIDE, Kind.AGENCY, Role.ADMINISTRATOR),
    "operator": Actor(51, 5, Kind.OPERATOR, Role.AUTHORISED),
    "regulator": Actor(61, 6, Kind.REGULATOR, Role.ADMINISTRATOR, "water"),
    "other regulator": Actor(71, 7, Kind.REGULATOR, Role.ADMINISTRATOR, "land"),
    "clock": CLOCK,
    "visitor": VISITOR,
}
OWNERS = {"owner", "runner"}


def a_job(state):
    known = {"owner_id": OWNER, "run_by_id": 12, "agency_id": SELECTED, "sector_code": "water"}
    return SimpleNamespace(state=state, **known)


def an_objection(state, due=NOW + timedelta(days=1)):
    known = {"unit_id": OBJECTOR, "against_id": SET_ASIDE, "job": a_job(State.OBJECTED)}
    return SimpleNamespace(state=state, due=due, **known)


# fmt: off
OBJECTIONS = {
    "answer": OWNERS | {"selected"}, "pass_over": {"clock"}, "uphold": {"operator"}, "dismiss": {"operator"},
    "take_back": {"objector"},
}
# fmt: on


def test_every_step_of_the_law_is_tested_here():
    assert OBJECTIONS.keys() == OBJECTION_LIFE.steps.keys()


def allowed(step, thing):
    return {name for name, actor in PEOPLE.items() if step.who(actor, thing)}


@pytest.mark.parametrize("verb", OBJECTIONS)
def test_a_step_of_an_objection_is_taken_by_those_named_and_nobody_else(verb):
    step = OBJECTION_LIFE[verb]
    for state in step.source:
        assert allowed(step, an_objection(state)) == OBJECTIONS[verb]


def test_a_step_leads_only_from_its_own_states():
    life = OBJECTION_LIFE
    for step in life.steps.values():
        act = Act(PEOPLE[sorted(OBJECTIONS[step.verb])[0]], NOW)
        for state in life.states:
            thing = an_objection(state)
            if step.lapse:
                thing.due = NOW
            if state in step.source:
                assert life.check(act, thing, step.verb) is step
            else:
                with pytest.raises(WrongState):
                    life.check(act, thing, step.verb)


def test_when_nobody_answered_in_time_only_the_clock_moves():
    late = an_objection(ObjectionState.FILED, due=NOW)
    for name, actor in PEOPLE.items():
        if name != "clock":
            assert OBJECTION_LIFE.offered(Act(actor, NOW), late) == []
    with pytest.raises(Refusal):
        OBJECTION_LIFE.check(Act(CLOCK, NOW), an_objection(ObjectionState.FILED), "pass_over")


def test_a_decision_may_come_late():
    late = an_objection(ObjectionState.ANSWERED, due=NOW - timedelta(days=9))
    assert {step.verb for step in OBJECTION_LIFE.offered(Act(PEOPLE["operator"], NOW), late)} == {"uphold", "dismiss"}


def test_the_clock_neither_decides_nor_answers():
    for verb in ("answer", "uphold", "dismiss", "take_back"):
        with pytest.raises(NotAllowed):
            OBJECTION_LIFE.check(Act(CLOCK, NOW), an_objection(ObjectionState.FILED), verb)


AGENCIES = {"entrant", "selected", "objector", "set aside"}
RIGHTS = [
    (
        rules.MAY_READ_OBJECTION,
        an_objection("filed"),
        OWNERS | {"selected", "objector", "set aside", "operator", "regulator"},
    ),
    (rules.MAY_OBJECT, None, OWNERS | AGENCIES | {"colleague"}),
    (rules.MAY_DECIDE, None, {"operator"}),
]


@pytest.mark.parametrize(("right", "thing", "who"), RIGHTS)
def test_a_right_belongs_to_those_named(right, thing, who):
    assert {name for name, actor in PEOPLE.items() if right(actor, thing)} == who


def test_a_pending_objection_says_whose_turn_it_is():
    turns = {state: OBJECTION_LIFE.turn(state) for state in ObjectionState}
    assert {state for state, turn in turns.items() if turn} == PENDING
    assert turns[ObjectionState.FILED].who(PEOPLE["owner"], an_objection(ObjectionState.FILED))
    assert turns[ObjectionState.ANSWERED].who(PEOPLE["operator"], an_objection(ObjectionState.ANSWERED))
