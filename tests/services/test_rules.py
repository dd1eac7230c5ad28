"""The law of pauses, row by row, without a database."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.jobs.rules import State
from app.kernel.act import CLOCK, Act
from app.kernel.errors import WrongState
from app.services.rules import (
    LIFE,
    MAY_READ,
    REASONS,
    AlterationKind,
    PauseState,
    Reason,
    asks_open_to,
    is_due,
    once,
    runs,
)
from tests.jobs.test_rules import AGENCY, NOW, OWNER, OWNERS, PARTIES, PEOPLE, a_job


def a_pause(state=PauseState.ASKED, by=OWNER, due=datetime(2026, 10, 1, tzinfo=UTC)):
    return SimpleNamespace(state=state, asked_by_id=by, job=a_job(State.IN_SERVICE), due=due)


# fmt: off
WHO = [
    ("confirm", OWNER,  {"agency", "clock"}),        ("confirm", AGENCY, OWNERS | {"clock"}),
    ("refuse",  OWNER,  {"agency"}),                 ("refuse",  AGENCY, OWNERS),
    ("drop",    OWNER,  OWNERS | {"colleague"}), ("drop",   AGENCY, {"agency"}),
    ("fall_away", OWNER, {"clock"}),
    ("end",     OWNER,  PARTIES | {"clock"}),        ("end",     AGENCY, PARTIES | {"clock"}),
    ("close",   OWNER,  {"clock"}),
    ("veto",    OWNER,  {"regulator"}),
]
# fmt: on


@pytest.mark.parametrize(("verb", "by", "who"), WHO)
def test_a_step_is_taken_by_those_named_and_nobody_else(verb, by, who):
    assert {name for name, actor in PEOPLE.items() if LIFE[verb].who(actor, a_pause(by=by))} == who


def test_every_step_of_the_law_is_tested_here():
    assert {verb for verb, _, _ in WHO} == set(LIFE.steps)


def test_a_pause_that_nobody_asked_for_is_taken_back_by_nobody():
    assert {name for name, actor in PEOPLE.items() if LIFE["drop"].who(actor, a_pause(by=None))} == set()


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("confirm", "agency"),
        ("refuse", "agency"),
        ("drop", "owner"),
        ("fall_away", "clock"),
        ("end", "owner"),
        ("close", "clock"),
        ("veto", "regulator"),
    ],
)
def test_a_step_leads_only_from_its_own_states(verb, name):
    act, step = Act(PEOPLE[name], NOW), LIFE[verb]
    for state in PauseState:
        if state in step.source:
            assert LIFE.check(act, a_pause(state), verb) is step
        else:
            with pytest.raises(WrongState):
                LIFE.check(act, a_pause(state), verb)


def test_no_answer_in_time_means_agreed():
    late = a_pause(due=NOW)
    assert LIFE.check(Act(CLOCK, NOW), late, "confirm").target == PauseState.RUNNING
    assert LIFE.offered(Act(PEOPLE["agency"], NOW), late) == []
    turn = LIFE.turn(PauseState.ASKED)
    assert turn.silence and {name for name, actor in PEOPLE.items() if turn.who(actor, late)} == {"agency"}


def test_papers_are_for_the_parties_the_operator_and_the_regulator():
    assert {name for name, actor in PEOPLE.items() if MAY_READ(actor, a_pause())} == PARTIES | {"operator", "regulator"}


def test_a_pause_runs_in_one_state_and_has_a_reason_with_words():
    assert [state for state in PauseState if runs(CLOCK, a_pause(state))] == [PauseState.RUNNING]
    assert set(REASONS) == set(Reason)


def test_new_days_are_asked_for_while_the_clock_runs_and_an_extension_by_the_agency_once():
    assert [kind for kind in AlterationKind if once(kind)] == [AlterationKind.EXTENSION]
    for state in State:
        job, due = a_job(state), datetime(2026, 10, 1, tzinfo=UTC)
        job.due = due if state == State.IN_SERVICE else None
        for now, open_still in ((due - timedelta(seconds=1), True), (due, state == State.PAUSED)):
            runs_on = state in (State.IN_SERVICE, State.PAUSED) and open_still
            asked = {name: len(asks_open_to(actor, job, now)) for name, actor in PEOPLE.items()}
            wanted = {"agency": 2, "owner": 1, "runner": 1} if runs_on else {}
            assert {name: number for name, number in asked.items() if number} == wanted
            again = {
                name for name, actor in PEOPLE.items() if asks_open_to(actor, job, now, {AlterationKind.EXTENSION})
            }
            assert again == set(wanted), "the scope may change again"
            assert is_due(CLOCK, job, now) == (state == State.IN_SERVICE and now == due)
