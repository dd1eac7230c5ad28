"""The law of what is late: whose turn each state is, and the number each deadline rests on."""

import pytest

from app import wiring
from app.infra.shipped import rows
from app.jobs.rules import LIFE as JOB
from app.lateness.rules import FIRST_TERM, LIFE, Side, terms_of
from app.notices.operations import SUBJECTS

LIVES = {model.LIFE.name: model.LIFE for model in wiring.LIVES}
TERMS = {row["code"] for row in rows("terms.csv")}

RESTS_ON = [
    ("agency", "submitted", ["admission_check"]),
    ("agency", "changed", ["admission_check"]),
    ("job", "submitted", ["posting_check"]),
    ("job", "open", ["entry", "entry_urgent", "entry_repost"]),
    ("job", "awaiting", ["opening"]),
    ("job", "scoring", ["panel"]),
    ("job", "selected", ["publicity", "publicity_urgent"]),
    ("job", "awarded", ["contract"]),
    ("job", "contract_uploaded", ["contract_confirm"]),
    ("job", "contracted", ["material_list"]),
    ("job", "materials", ["hand_in"]),
    ("job", "materials_check", ["material_check"]),
    ("job", "in_service", []),
    ("job", "delivered", ["acceptance"]),
    ("job", "rework", ["rework"]),
    ("job", "accepted", ["rating"]),
    ("inquiry", "asked", ["question_answer"]),
    ("objection", "filed", ["objection_answer"]),
    ("objection", "answered", ["objection_decision"]),
    ("pause", "asked", ["pause_confirm"]),
    ("alteration", "asked", ["alteration_answer"]),
    ("appeal", "filed", ["rating_decision"]),
    ("credit_event", "noticed", ["credit_statement"]),
    ("credit_event", "objected", ["credit_decision"]),
]


@pytest.mark.parametrize(("life", "state", "codes"), RESTS_ON)
def test_a_deadline_rests_on_a_number_of_the_law(life, state, codes):
    assert list(terms_of(LIVES[life], state)) == codes
    assert TERMS.issuperset(codes)


def test_every_first_deadline_is_of_a_thing_that_is_known():
    assert FIRST_TERM.keys() <= LIVES.keys()
    assert TERMS.issuperset(FIRST_TERM.values())


def test_every_thing_that_waits_for_somebody_is_looked_at():
    timed = {name for name, life in LIVES.items() if any(step.due for step in life.steps.values())}
    assert {name for name in timed if LIVES[name].turns} <= SUBJECTS.keys()


def test_the_round_is_the_clocks_alone():
    assert [step.verb for step in LIFE.steps.values()] == ["remind"] and LIFE["remind"].lapse
    assert not LIFE.turns and JOB.turns and Side.CLOCK
