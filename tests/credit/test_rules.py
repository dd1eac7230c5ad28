"""The law of credit, row by row, without a database."""

from types import SimpleNamespace

import pytest

from app.credit.rules import CREDIT_LIFE, MAY_READ, MAY_RECORD, CreditState
from app.kernel.act import Act
from app.kernel.errors import Refusal
from tests.jobs.test_rules import AGENCY, NOW, PEOPLE


def an_event(state=CreditState.NOTICED, repairable=True):
    rule = SimpleNamespace(repairable=repairable)
    return SimpleNamespace(state=state, agency_id=AGENCY, sector_code="water", rule=rule, due=None)


def allowed(asks, *things):
    return {name for name, actor in PEOPLE.items() if asks(actor, *things)}


# fmt: off
WHO = {
    "state": {"agency"}, "object": {"agency"}, "take_effect": {"clock"}, "confirm": {"regulator"},
    "drop": {"regulator"}, "revoke": {"regulator"}, "ask_repair": {"agency"}, "repair": {"regulator", "clock"},
    "refuse_repair": {"regulator", "clock"},
}
# fmt: on


def test_every_step_is_taken_by_those_named_and_nobody_else():
    assert {verb: allowed(CREDIT_LIFE[verb].who, an_event()) for verb in CREDIT_LIFE.steps} == WHO


@pytest.mark.parametrize("verb", CREDIT_LIFE.steps)
@pytest.mark.parametrize("state", CreditState)
def test_a_step_leads_only_from_its_own_states(verb, state):
    step, event = CREDIT_LIFE[verb], an_event(state)
    actor = PEOPLE[sorted(WHO[verb])[-1]]
    event.due = NOW if step.lapse and actor is PEOPLE["clock"] else None
    if state in step.source:
        assert CREDIT_LIFE.check(Act(actor, NOW), event, verb) is step
    else:
        with pytest.raises(Refusal):
            CREDIT_LIFE.check(Act(actor, NOW), event, verb)


def test_nobody_asks_for_the_repair_of_what_is_never_repaired():
    assert allowed(CREDIT_LIFE["ask_repair"].who, an_event(CreditState.IN_EFFECT, repairable=False)) == set()


def test_it_is_read_by_its_firm_its_regulator_and_the_operator_and_recorded_by_regulators():
    assert allowed(MAY_READ, an_event()) == {"agency", "regulator", "operator"}
    assert allowed(MAY_RECORD) == {"regulator", "other regulator", "chair"}
