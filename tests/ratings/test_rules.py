"""The law of ratings, row by row, without a database."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.jobs.rules import State
from app.kernel.act import CLOCK, VISITOR, Act, Actor, Kind, Role
from app.kernel.errors import WrongState
from app.ratings import rules
from app.ratings.rules import LIFE, RatingState

NOW = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)
OWNER, AGENCY = 1, 2
PEOPLE = {
    "owner": Actor(11, OWNER, Kind.OWNER, Role.ADMINISTRATOR),
    "agency": Actor(21, AGENCY, Kind.AGENCY, Role.AUTHORISED),
    "other agency": Actor(31, 3, Kind.AGENCY, Role.ADMINISTRATOR),
    "operator": Actor(51, 5, Kind.OPERATOR, Role.AUTHORISED),
    "regulator": Actor(61, 6, Kind.REGULATOR, Role.ADMINISTRATOR, "water"),
    "other regulator": Actor(71, 7, Kind.REGULATOR, Role.ADMINISTRATOR, "land"),
    "clock": CLOCK,
    "visitor": VISITOR,
}


def a_rating(state=RatingState.GIVEN, job_state=State.ARCHIVED):
    job = SimpleNamespace(state=job_state, owner_id=OWNER, agency_id=AGENCY, run_by_id=11, sector_code="water")
    return SimpleNamespace(state=state, reply=None, by_id=OWNER, about_id=AGENCY, job=job, due=None)


def allowed(asks, rating):
    return {name for name, actor in PEOPLE.items() if asks(actor, rating)}


def test_the_regulator_of_the_sector_alone_sets_aside_and_lets_count_again():
    assert allowed(LIFE["set_aside"].who, a_rating()) == {"regulator"}
    assert allowed(LIFE["restore"].who, a_rating(RatingState.SET_ASIDE)) == {"regulator"}
    assert set(LIFE.steps) == {"correct", "reply", "set_aside", "restore"}


def test_it_is_corrected_by_its_side_before_and_replied_to_by_the_other_after_it_is_revealed():
    for state in State:
        revealed = state == State.ARCHIVED
        assert allowed(LIFE["correct"].who, a_rating(job_state=state)) == (set() if revealed else {"owner"})
        assert allowed(LIFE["reply"].who, a_rating(job_state=state)) == ({"agency"} if revealed else set())


def test_nothing_is_set_aside_before_it_is_revealed():
    for state in State:
        wanted = {"regulator"} if state == State.ARCHIVED else set()
        assert allowed(LIFE["set_aside"].who, a_rating(job_state=state)) == wanted


@pytest.mark.parametrize(("verb", "state"), [("set_aside", RatingState.SET_ASIDE), ("restore", RatingState.GIVEN)])
def test_a_step_is_not_taken_twice(verb, state):
    with pytest.raises(WrongState):
        LIFE.check(Act(PEOPLE["regulator"], NOW), a_rating(state), verb)


def test_a_rating_is_its_authors_alone_until_the_job_is_archived():
    for state in State:
        readers = set(PEOPLE) if state == State.ARCHIVED else {"owner"}
        assert allowed(rules.MAY_READ, a_rating(job_state=state)) == readers


def test_a_rating_counts_unless_it_is_set_aside():
    assert [state for state in RatingState if rules.counts(a_rating(state))] == [RatingState.GIVEN]


def test_the_job_is_reviewed_by_its_regulator_and_the_operator():
    assert allowed(rules.MAY_REVIEW_JOB, a_rating().job) == {"regulator", "operator"}


def test_every_level_of_every_axis_is_described_for_an_owner_too():
    assert list(rules.OWNER_LEVELS) == list(rules.AXIS_NAMES)
    for levels in rules.OWNER_LEVELS.values():
        assert [level.partition(": ")[0] for level in levels] == ["1", "2", "3", "4", "5"]
