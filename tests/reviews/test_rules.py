"""The law of reviews, row by row, without a database."""

from types import SimpleNamespace

import pytest

from app.jobs.rules import State
from app.kernel.act import Act
from app.kernel.errors import WrongState
from app.reviews.rules import LIFE, MAY_HAVE_QUEUE, MAY_READ, ReviewState
from tests.jobs.test_rules import NOW, PEOPLE, a_job


def a_review(state=ReviewState.WAITING):
    return SimpleNamespace(state=state, rating=SimpleNamespace(job=a_job(State.ARCHIVED)), due=None)


def allowed(asks, *things):
    return {name for name, actor in PEOPLE.items() if asks(actor, *things)}


def test_the_clock_draws_and_the_regulator_of_the_sector_looks():
    assert {verb: allowed(LIFE[verb].who, a_review()) for verb in LIFE.steps} == {
        "flag": {"clock"},
        "draw": {"clock"},
        "keep": {"regulator"},
    }
    assert allowed(MAY_READ, a_review()) == {"regulator", "operator"}
    assert allowed(MAY_HAVE_QUEUE) == {"regulator", "other regulator", "chair"}


@pytest.mark.parametrize(
    ("verb", "who", "states"),
    [
        ("keep", "regulator", ("passed", "kept")),
        ("draw", "clock", ("waiting", "kept")),
        ("flag", "clock", ("waiting", "kept")),
    ],
)
def test_a_step_leads_only_from_its_own_state(verb, who, states):
    for state in states:
        with pytest.raises(WrongState):
            LIFE.check(Act(PEOPLE[who], NOW), a_review(state), verb)
