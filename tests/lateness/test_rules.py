"""The law of what is late: whose turn each state is, and the number each deadline rests on."""

from types import SimpleNamespace

import pytest

from app import wiring
from app.infra.shipped import rows
from app.jobs.rules import LIFE as JOB
from app.kernel.act import Actor, Kind, Role
from app.kernel.law import Turn, an_agency, an_owner
from app.lateness.rules import FIRST_TERM, LIFE, Side, parties, sides, terms_of
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


@pytest.mark.parametrize("state", ["archived", "paused"])
def test_a_thing_without_a_first_number_rests_on_none(state):
    assert list(terms_of(LIVES["job"], state)) == []


A_JOB = {"id": 7, "owner_id": 1, "agency_id": 2, "sector_code": "water", "officer_id": 11, "chair_id": 51}
A_JOB |= {"contract_by_id": 1, "two_person": False, "outside_source": None, "outside_value": None, "unlocked": True}
WHO_MOVES = [
    ("job", "submitted", {}, ["operator"]),
    ("job", "returned", {}, ["owner"]),
    ("job", "awarded", {}, ["owner", "agency"]),
    ("job", "contract_uploaded", {}, ["agency"]),
    ("job", "contract_uploaded", {"contract_by_id": 2}, ["owner"]),
    ("job", "in_service", {}, ["agency"]),
    ("job", "suspended", {}, ["operator", "regulator"]),
    ("job", "scoring", {}, ["panel"]),
    ("job", "scoring", {"chair_id": None}, ["clock"]),
    ("job", "selected", {}, ["clock"]),
    ("job", "awaiting", {"two_person": True, "unlocked": False}, ["owner"]),
    ("job", "awaiting", {"outside_source": "lottery"}, ["operator"]),
    ("agency", "submitted", {}, ["operator"]),
    ("credit_event", "noticed", {}, ["agency"]),
    ("credit_event", "stated", {}, ["clock"]),
    ("credit_event", "objected", {}, ["regulator"]),
]


@pytest.mark.parametrize(("life", "state", "has", "wanted"), WHO_MOVES)
def test_it_is_the_turn_of_whom_the_law_names(life, state, has, wanted):
    about = SimpleNamespace(**A_JOB | has) if life != "agency" else SimpleNamespace(id=2)
    thing = about if life in ("job", "agency") else SimpleNamespace(agency_id=2, sector_code="water")
    thing.state, thing.LIFE = state, LIVES[life]
    assert sides(LIVES[life].turn(state), thing, about) == wanted


def test_nobody_moves_where_the_law_names_nobody_and_the_clock_does_nothing():
    thing = SimpleNamespace(id=2, state="admitted", LIFE=LIVES["agency"])
    assert sides(Turn(an_owner & an_agency, "示例", "示例"), thing, thing) == []


ASKED = [
    (SimpleNamespace(), SimpleNamespace(**A_JOB), 11, 1, 2, "water", 51),
    (SimpleNamespace(), SimpleNamespace(id=7, owner_id=1), None, 1, None, None, None),
    (SimpleNamespace(), SimpleNamespace(id=2), None, None, 2, None, None),
    (SimpleNamespace(agency_id=3, sector_code="land"), SimpleNamespace(**A_JOB), 11, 1, 3, "land", 51),
    (SimpleNamespace(agency_id=3), SimpleNamespace(id=9), None, None, 3, None, None),
]


@pytest.mark.parametrize(("thing", "about", "officer", "owner", "firm", "sector", "chair"), ASKED)
def test_each_side_is_asked_as_its_administrator(thing, about, officer, owner, firm, sector, chair):
    wanted = [(Side.OWNER, Actor(officer, owner, Kind.OWNER, Role.ADMINISTRATOR))]
    wanted += [(Side.AGENCY, Actor(None, firm, Kind.AGENCY, Role.ADMINISTRATOR))] if firm else []
    wanted += [
        (Side.OPERATOR, Actor(kind=Kind.OPERATOR, role=Role.ADMINISTRATOR)),
        (Side.REGULATOR, Actor(kind=Kind.REGULATOR, role=Role.ADMINISTRATOR, sector=sector)),
    ]
    assert parties(thing, about) == wanted + ([(Side.PANEL, Actor(chair))] if chair else [])


def test_the_round_is_the_clocks_alone():
    assert [step.verb for step in LIFE.steps.values()] == ["remind"] and LIFE["remind"].lapse
    assert not LIFE.turns and JOB.turns and Side.CLOCK
