"""What the two sides state of a fee, in tables, without a database."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from app.jobs.rules import State, owes_fee
from app.kernel.act import VISITOR
from app.payments.rules import (
    MAY_ANSWER,
    MAY_READ,
    MAY_READ_PAYMENT,
    MAY_STATE,
    Account,
    Outcome,
    Statement,
    days_after,
)
from tests.jobs.test_rules import PARTIES, PEOPLE, a_job

OWNER, AGENCY, OWED = 7, 9, 1000
DUE = date(2026, 10, 30)
LATER = date(2026, 10, 31)


def account(*words):
    """Words are (number, who, day of October, cents)."""
    said = datetime(2026, 10, 1, tzinfo=UTC)
    days = [(number, who, date(2026, 10, day), cents, said) for number, who, day, cents in words]
    return Account(OWED, [Statement(*one) for one in days])


# words | cents | the last day in October | told differently | outcome on the day after the term
TABLE = [
    ((), 0, None, [], Outcome.UNSAID),
    (((1, AGENCY, 30, 1000),), 1000, 30, [], Outcome.WITHIN),
    (((1, OWNER, 30, 1000),), 1000, 30, [], Outcome.WITHIN),
    (((1, AGENCY, 31, 1000),), 1000, 31, [], Outcome.AFTER),
    (((1, AGENCY, 5, 400),), 400, 5, [], Outcome.OPEN),
    (((1, AGENCY, 5, 400), (2, OWNER, 31, 600)), 1000, 31, [], Outcome.AFTER),
    (((2, OWNER, 29, 600), (1, AGENCY, 30, 400)), 1000, 30, [], Outcome.WITHIN),
    (((1, AGENCY, 9, 0),), 0, None, [], Outcome.OPEN),
    (((1, AGENCY, 9, 0), (1, OWNER, 8, 0)), 0, None, [], Outcome.OPEN),
    (((1, AGENCY, 9, 0), (1, OWNER, 8, 1000)), 0, None, [1], Outcome.DIFFERENT),
    (((1, AGENCY, 9, 0), (1, OWNER, 8, 1000), (1, AGENCY, 8, 1000)), 1000, 8, [], Outcome.WITHIN),
    (((1, OWNER, 8, 1000), (1, AGENCY, 9, 1000)), 0, None, [1], Outcome.DIFFERENT),
    (((1, OWNER, 8, 400), (1, AGENCY, 8, 300), (2, AGENCY, 9, 600)), 600, 9, [1], Outcome.DIFFERENT),
]


@pytest.mark.parametrize(("words", "cents", "last", "different", "outcome"), TABLE)
def test_what_both_sides_say_makes_one_account(words, cents, last, different, outcome):
    found = account(*words)
    assert (found.cents, found.different) == (cents, different)
    assert found.last == (date(2026, 10, last) if last else None)
    assert found.outcome(DUE, LATER) == outcome
    assert found.paid == (outcome in (Outcome.WITHIN, Outcome.AFTER))
    assert found.outcome(DUE, DUE) == (outcome if found.paid else None), "nothing is late on the last day itself"


def test_what_is_left_is_by_the_word_of_each_side():
    found = account((1, OWNER, 8, 400), (1, AGENCY, 8, 300), (2, AGENCY, 9, 500))
    assert [found.rest(one) for one in (OWNER, AGENCY, None)] == [100, 200, 100]
    assert [found.rest(one, 2) for one in (OWNER, AGENCY)] == [600, 700]
    assert [found.unanswered(one) for one in (OWNER, AGENCY, 11)] == [[2], [], [1, 2]]


def test_what_was_paid_before_the_acceptance_took_no_day():
    assert [days_after(DUE, day) for day in (date(2026, 10, 1), DUE, LATER)] == [0, 0, 1]


def test_the_fee_is_owed_from_the_acceptance_on():
    assert {state for state in State if owes_fee(VISITOR, a_job(state))} == {State.ACCEPTED, State.ARCHIVED}


def test_the_two_sides_state_and_those_who_supervise_read():
    job = a_job(State.ACCEPTED)
    of_it = SimpleNamespace(job=job)
    for rule, thing, wanted in (
        (MAY_STATE, job, PARTIES),
        (MAY_ANSWER, of_it, PARTIES),
        (MAY_READ, job, PARTIES | {"operator", "regulator"}),
        (MAY_READ_PAYMENT, of_it, PARTIES | {"operator", "regulator"}),
    ):
        assert {name for name, actor in PEOPLE.items() if rule(actor, thing)} == wanted
