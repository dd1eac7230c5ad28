"""The law of appeals against ratings, row by row, without a database."""

from types import SimpleNamespace

import pytest

from app.appeals.rules import LIFE, MAY_APPEAL, MAY_READ, AppealState
from app.jobs.rules import State
from app.kernel.act import Act
from app.kernel.errors import WrongState
from tests.jobs.test_rules import AGENCY, NOW, OWNER, PARTIES, PEOPLE, a_job


def an_appeal(state=AppealState.FILED, by=AGENCY):
    return SimpleNamespace(state=state, unit_id=by, job=a_job(State.ARCHIVED), due=None)


def allowed(asks, thing):
    return {name for name, actor in PEOPLE.items() if asks(actor, thing)}


# fmt: off
WHO = [
    ("refuse", AGENCY, {"regulator"}), ("grant", OWNER, {"regulator"}),
    ("take_back", AGENCY, {"agency"}), ("take_back", OWNER, {"owner", "runner", "colleague"}),
]
# fmt: on


@pytest.mark.parametrize(("verb", "by", "who"), WHO)
def test_a_step_is_taken_by_those_named_and_nobody_else(verb, by, who):
    assert allowed(LIFE[verb].who, an_appeal(by=by)) == who
    assert {verb for verb, _, _ in WHO} == set(LIFE.steps)


@pytest.mark.parametrize("verb", LIFE.steps)
@pytest.mark.parametrize("state", [AppealState.REFUSED, AppealState.GRANTED, AppealState.TAKEN_BACK])
def test_what_is_decided_or_taken_back_stays_so(verb, state):
    who = PEOPLE["agency" if verb == "take_back" else "regulator"]
    with pytest.raises(WrongState):
        LIFE.check(Act(who, NOW), an_appeal(state), verb)


def test_it_is_read_by_both_sides_the_operator_and_the_regulator():
    assert allowed(MAY_READ, an_appeal(by=99)) == PARTIES | {"operator", "regulator"}
    assert allowed(MAY_READ, an_appeal(by=OWNER)) == PARTIES | {"colleague", "operator", "regulator"}


@pytest.mark.parametrize("state", State)
def test_the_side_that_is_rated_appeals_once_the_rating_is_revealed(state):
    rating = SimpleNamespace(about_id=AGENCY, by_id=OWNER, state="given", reply=None, job=a_job(state))
    assert allowed(MAY_APPEAL, rating) == ({"agency"} if state == State.ARCHIVED else set())
