"""Who reads contracts and materials, and what may happen to a material, without a database."""

from types import SimpleNamespace

import pytest

from app.contracts import rules
from app.contracts.rules import MATERIAL_STATES, MaterialState
from app.jobs.rules import State
from tests.jobs.test_rules import AGENCY, PARTIES, PEOPLE, a_job

OVER = {"operator", "regulator"}


def readers(right, thing):
    return {name for name, actor in PEOPLE.items() if right(actor, thing)}


def test_papers_are_for_the_parties_the_operator_and_the_regulator():
    assert readers(rules.MAY_READ, SimpleNamespace(job=a_job(State.CONTRACTED))) == PARTIES | OVER


def test_an_agency_reads_the_contract_of_its_own_award_alone():
    job = a_job(State.CONTRACTED)
    assert readers(rules.MAY_READ_CONTRACT, SimpleNamespace(job=job, agency_id=AGENCY)) == PARTIES | OVER
    # The agency before it had abandoned the award: whoever followed does not read what was agreed with another.
    assert readers(rules.MAY_READ_CONTRACT, SimpleNamespace(job=job, agency_id=99)) == (PARTIES | OVER) - {"agency"}


@pytest.mark.parametrize(
    ("state", "to_hand_in", "handed_in"),
    [
        (MaterialState.ASKED, True, False),
        (MaterialState.DEFECTIVE, True, False),
        (MaterialState.HANDED_IN, False, True),
        (MaterialState.ACCEPTED, False, False),
    ],
)
def test_a_material_is_handed_in_when_it_is_asked_for_or_has_a_defect(state, to_hand_in, handed_in):
    material = SimpleNamespace(state=state)
    assert rules.to_hand_in(PEOPLE["owner"], material) is to_hand_in
    assert rules.was_handed_in(PEOPLE["owner"], material) is handed_in


def test_every_state_of_a_material_has_its_words():
    assert set(MATERIAL_STATES) == set(MaterialState)
