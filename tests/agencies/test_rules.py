"""The law of agencies as a table: what leads where, for whom, and whom the market counts on."""

from dataclasses import dataclass

import pytest

from app.agencies.rules import (
    COMMITMENTS,
    IN_MARKET,
    LIFE,
    MAY_CHECK,
    MAY_EDIT,
    MAY_LIST,
    MAY_READ,
    MAY_READ_INSIDE,
    MAY_READ_PAPER,
    MAY_TAKE_DOWN,
    TO_CHECK,
    State,
    admitted,
)
from app.kernel.act import CLOCK, VISITOR, Actor, Kind, Role

ITSELF, OTHER = Actor(1, 7, Kind.AGENCY, Role.ADMINISTRATOR), Actor(2, 8, Kind.AGENCY, Role.ADMINISTRATOR)
AUTHORISED = Actor(3, 7, Kind.AGENCY, Role.AUTHORISED)
OPERATOR, REGULATOR = Actor(4, 9, Kind.OPERATOR, Role.AUTHORISED), Actor(5, 10, Kind.REGULATOR, sector="water")
OWNER = Actor(6, 7, Kind.OWNER, Role.ADMINISTRATOR)
EVERYBODY = (ITSELF, AUTHORISED, OTHER, OPERATOR, REGULATOR, OWNER, VISITOR, CLOCK)
MINE = {ITSELF, AUTHORISED}


@dataclass
class Agency:
    state: State
    id: int = 7
    agency_id: int = 7


# verb, from, to, who, the period that the new state may last
STEPS = [
    ("submit", {State.DRAFT, State.RETURNED}, State.SUBMITTED, MINE, "admission_check"),
    ("return_application", {State.SUBMITTED}, State.RETURNED, {OPERATOR}, None),
    ("admit", {State.SUBMITTED}, State.ADMITTED, {OPERATOR}, None),
    ("submit_changes", {State.ADMITTED}, State.CHANGED, MINE, "admission_check"),
    ("return_changes", {State.CHANGED}, State.ADMITTED, {OPERATOR}, None),
    ("accept_changes", {State.CHANGED}, State.ADMITTED, {OPERATOR}, None),
]


def test_these_are_all_the_steps():
    assert [*LIFE.steps] == [verb for verb, *_ in STEPS]


@pytest.mark.parametrize(("verb", "source", "target", "who", "term"), STEPS)
def test_a_step_leads_from_there_to_there_for_these(verb, source, target, who, term):
    step = LIFE[verb]
    assert (step.source, step.target) == (source, target)
    assert {actor for actor in EVERYBODY if step.who(actor, Agency(State.DRAFT))} == who
    assert (step.due.terms[0] if step.due else None) == term
    assert not step.lapse, "silence admits nobody and returns nobody"


@pytest.mark.parametrize("state", State)
def test_each_state_has_its_words_and_waits_for_somebody_or_is_at_rest(state):
    turn = LIFE.turn(state)
    assert LIFE.label(state)
    assert (turn is None) == (state == State.ADMITTED)
    assert turn is None or {actor for actor in EVERYBODY if turn.who(actor, Agency(state))} in (MINE, {OPERATOR})
    assert (turn is not None and turn.who(OPERATOR, Agency(state))) == (state in TO_CHECK)


@pytest.mark.parametrize("state", State)
def test_the_market_counts_on_the_admitted(state):
    inside = state in IN_MARKET
    assert inside == (state in (State.ADMITTED, State.CHANGED))
    assert admitted(VISITOR, Agency(state)) == inside
    assert {actor for actor in EVERYBODY if MAY_LIST(actor, Agency(state))} == (MINE if inside else set())
    everybody = set(EVERYBODY) if inside else MINE | {OPERATOR}
    assert {actor for actor in EVERYBODY if MAY_READ(actor, Agency(state))} == everybody


@pytest.mark.parametrize("state", State)
def test_what_is_being_checked_stays_as_it_is(state):
    open_to_change = state not in TO_CHECK
    assert {actor for actor in EVERYBODY if MAY_EDIT(actor, Agency(state))} == (MINE if open_to_change else set())


@pytest.mark.parametrize("state", State)
def test_papers_are_for_the_agency_and_the_operator(state):
    for may in (MAY_READ_INSIDE, MAY_READ_PAPER):
        assert {actor for actor in EVERYBODY if may(actor, Agency(state))} == MINE | {OPERATOR}
    assert {actor for actor in EVERYBODY if MAY_CHECK(actor, Agency(state))} == {OPERATOR}
    assert {actor for actor in EVERYBODY if MAY_TAKE_DOWN(actor, Agency(state))} == MINE


def test_ten_commitments_are_signed():
    assert len(set(COMMITMENTS)) == 10
