"""A made-up selection follows from its seed, and its entrants offer what the method counts."""

import pytest

from app.kernel.draw import Rule, verify_transcript
from app.kernel.rehearsal import CRITERIA, MOST_ENTRANTS, rehearse
from app.kernel.transcript import BROWSER, METHODS, PLATFORM

RULE = Rule("2025-01-01", 1, (95, 96, 97, 98), 6)


@pytest.mark.parametrize("method", METHODS)
def test_a_rehearsal_stands_up_to_the_verifier_and_follows_from_its_seed(method):
    made = rehearse(method, 4, b"seed", RULE)
    assert verify_transcript(made) is None
    assert made == rehearse(method, 4, b"seed", RULE)
    assert made["winner"] is not None
    others = rehearse(method, 4, b"seeds", RULE)
    assert [line["contribution"] for line in others["entrants"]] != [line["contribution"] for line in made["entrants"]]


@pytest.mark.parametrize("method", METHODS)
def test_every_entrant_is_fictional_and_offers_within_bounds(method):
    made = rehearse(method, 60, b"many", RULE)
    lines = made["entrants"]
    assert len({line["code"] for line in lines}) == 60
    assert {line["name"] for line in lines} == {f"示例机构 {number}（示例）" for number in range(1, 61)}
    assert 0 < sum(line["made_by"] == PLATFORM for line in lines) < sum(line["made_by"] == BROWSER for line in lines)
    quotes = {line["quote"] for line in lines}
    assert quotes == {None} if method == "random_draw" else all(3_000_000 <= quote < 3_040_000 for quote in quotes)
    days = {line["days"] for line in lines}
    assert days == ({1, 2, 3, 4, 5} if method == "price_and_days" else {None})
    scores = [line["scores"] for line in lines]
    if method == "merit":
        assert all(len(each) == len(CRITERIA) and all(60 <= score <= 100 for score in each) for each in scores)
    else:
        assert not any(scores)


@pytest.mark.parametrize("number", [-1, MOST_ENTRANTS + 1])
def test_a_number_of_entrants_out_of_bounds_is_refused(number):
    with pytest.raises(ValueError, match=r"^give a number of entrants from 0 to 100,000$"):
        rehearse("random_draw", number, b"seed", RULE)


def test_nobody_enters_and_the_selection_fails():
    assert rehearse("random_draw", 0, b"seed", RULE)["failed"]
