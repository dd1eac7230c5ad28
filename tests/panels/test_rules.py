"""The law of panels, row by row, without a database."""

from types import SimpleNamespace

import pytest

from app.jobs.rules import State
from app.kernel.act import CLOCK, VISITOR, Actor, Kind, Role
from app.panels import rules
from app.panels.rules import SEAT_LIFE, Part, SeatState
from tests.jobs.test_rules import PEOPLE as OTHERS
from tests.jobs.test_rules import a_job

PEOPLE = {
    "holder": Actor(91, 9, Kind.OWNER, Role.ADMINISTRATOR),
    "another on it": Actor(92, 9, Kind.OWNER, Role.DELEGATE),
    **{name: OTHERS[name] for name in ("owner", "runner", "colleague", "agency", "operator", "regulator")},
    "clock": CLOCK,
    "visitor": VISITOR,
}


def a_seat(part=Part.MEMBER, state=SeatState.SEATED, user_id=91, job_state=State.SCORING):
    return SimpleNamespace(part=part, state=state, user_id=user_id, job=a_job(job_state), due=None)


def seats(*parts, state=SeatState.SEATED):
    return [a_seat(part, state, number) for number, part in enumerate(parts)]


C, M, W = Part.CHAIR, Part.MEMBER, Part.WITNESS

# fmt: off
WHO = [
    ("score",  M, State.SCORING, {"holder"}),
    ("score",  C, State.SCORING, {"holder"}),
    ("score",  W, State.SCORING, set()),
    ("recuse", M, State.OPEN,    {"holder", "operator", "owner", "runner"}),
    ("recuse", W, State.DRAFT,   {"holder", "operator", "owner", "runner"}),
    ("recuse", C, State.SCORING, {"holder", "operator"}),
]
WHOLE = [
    ((C, M, M),       True),  ((C, M, M, M, M), True),  ((C, M, M, W, W), True),
    ((C, M),          False), ((C, M, M, M),    False), ((M, M, M),       False), ((C, W, W), False), ((), False),
]
# fmt: on


@pytest.mark.parametrize(("verb", "part", "state", "who"), WHO)
def test_a_step_is_taken_by_those_named_and_nobody_else(verb, part, state, who):
    seat = a_seat(part, job_state=state)
    assert {name for name, actor in PEOPLE.items() if SEAT_LIFE[verb].who(actor, seat)} == who


def test_the_panel_is_read_by_those_on_it_and_those_over_the_job():
    bench = SimpleNamespace(job=a_job(State.SCORING), seats=[a_seat(), a_seat(user_id=92)])
    seen = {name for name, actor in PEOPLE.items() if rules.MAY_READ_PANEL(actor, bench)}
    assert seen == {"holder", "another on it", "owner", "runner", "operator", "regulator"}
    bench.seats[1].state = SeatState.RECUSED
    assert not rules.MAY_READ_PANEL(PEOPLE["another on it"], bench)


@pytest.mark.parametrize(("parts", "whole"), WHOLE)
def test_a_panel_has_a_chair_and_an_odd_number_who_score(parts, whole):
    assert rules.is_complete(seats(*parts), least=3) is whole


def test_of_an_even_number_one_more_is_wanting_and_no_seat_is_empty():
    panels = {"": (C, M, M), "even": (C, M, M, M), "few": (C, M), "no chair": (M, M, M, M), "witness": (C, M, M, W)}
    assert [name for name, parts in panels.items() if rules.is_even(seats(*parts), least=3)] == ["even"]


def test_who_has_left_does_not_count():
    some = seats(C, M, M)
    some[2].state = SeatState.RECUSED
    assert not rules.is_complete(some, least=3)
    assert len(rules.scorers(some)) == len(rules.sitting(some)) == 2


def test_everybody_has_scored_when_no_scorer_is_left_out():
    some = seats(C, M, M, state=SeatState.SCORED) + seats(W)
    assert rules.all_scored(some)
    some[1].state = SeatState.SEATED
    assert not rules.all_scored(some)
    assert not rules.all_scored(seats(W))


def test_people_who_compete_or_who_see_entries_are_kept_out():
    assert set(rules.BARRED) == {Kind.AGENCY, Kind.OPERATOR}


def test_a_witness_watches_until_they_leave():
    some = seats(C, M, W, W)
    some[3].state = SeatState.RECUSED
    assert rules.witnesses(some) == [some[2]]
    assert [rules.has_left(seat) for seat in some] == [False, False, False, True]


def test_who_has_given_scores_has_scored():
    assert [rules.has_scored(a_seat(state=state)) for state in SeatState] == [False, True, False]
