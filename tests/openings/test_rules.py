"""Who opens the entries of a job after the closing, and while what is missing, without a database."""

import pytest

from app.jobs.rules import State, its_officer, reads_value
from app.openings import rules
from tests.jobs.test_rules import PEOPLE, a_job

MISSING, THERE = {"outside_value": None, "unlocked": False}, {"outside_value": "ab", "unlocked": True}
OPERATOR, OFFICER = reads_value.names[0], its_officer.names[0]


@pytest.mark.parametrize(
    ("details", "names"),
    [
        (MISSING, (OPERATOR, OFFICER)),
        (MISSING | {"two_person": False}, (OPERATOR,)),
        (MISSING | {"outside_source": None}, (OFFICER,)),
        (THERE, ()),
        ({"outside_source": None, "two_person": False}, ()),
    ],
)
def test_those_who_still_have_to_bring_something_are_named(details, names):
    assert rules.openers(a_job(State.AWAITING, **details)) == names


# fmt: off
RIGHTS = [
    ("MAY_READ_VALUE", State.AWAITING, THERE,                  {"operator"}),
    ("MAY_TYPE_NOW",   State.AWAITING, MISSING,                {"operator"}),
    ("MAY_TYPE_NOW",   State.AWAITING, THERE,                  set()),
    ("MAY_TYPE_NOW",   State.AWAITING, {"outside_source": None}, set()),
    ("MAY_HOLD_SHARE", State.OPEN,     THERE,                  {"colleague", "regulator"}),
    ("MAY_HOLD_SHARE", State.OPEN,     {"two_person": False},  {"regulator"}),
    ("MAY_BRING_NOW",  State.AWAITING, MISSING,                {"colleague", "regulator"}),
    ("MAY_BRING_NOW",  State.AWAITING, THERE,                  set()),
    ("MAY_BRING_NOW",  State.AWAITING, {"two_person": False},  set()),
    ("MAY_STILL_TAKE", State.OPEN,     MISSING,                {"colleague", "regulator"}),
    ("MAY_STILL_TAKE", State.AWAITING, MISSING,                {"colleague", "regulator"}),
    ("MAY_STILL_TAKE", State.SELECTED, MISSING,                set()),
    ("MAY_STILL_TAKE", State.OPEN,     THERE,                  set()),
]
# fmt: on


@pytest.mark.parametrize(("right", "state", "details", "who"), RIGHTS)
def test_a_right_belongs_to_those_named(right, state, details, who):
    job = a_job(state, **details)
    assert {name for name, actor in PEOPLE.items() if getattr(rules, right)(actor, job)} == who


def test_a_value_is_unread_until_it_is_typed_in():
    assert rules.unread(PEOPLE["visitor"], a_job(State.AWAITING, **MISSING))
    assert not rules.unread(PEOPLE["visitor"], a_job(State.AWAITING, **THERE))
