"""Wins against chance: known answers, an independent slow model, and what must and must not stand out."""

import json
import random
from collections import Counter
from datetime import date
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.kernel import fairness
from app.kernel.draw import Rule
from app.kernel.fairness import (
    FORMAT,
    LEAST_DRAWS,
    ONE,
    TABLES,
    Look,
    among,
    chance_of,
    day_of,
    decimals,
    holm,
    line_of,
    open_data,
    report,
)
from app.kernel.rehearsal import rehearse
from app.kernel.transcript import METHODS, canonical

# The sizes of the draws an agency was in | how often it won | the chance of so many wins or more, worked out by hand.
KNOWN = [
    ([], 0, Fraction(1)),
    ([2], 0, Fraction(1)),
    ([2], 1, Fraction(1, 2)),
    ([3, 3, 3], 3, Fraction(1, 27)),
    ([3, 3, 3], 2, Fraction(7, 27)),
    ([3, 3, 3], 1, Fraction(19, 27)),
    ([2, 3], 1, Fraction(2, 3)),
    ([2, 3], 2, Fraction(1, 6)),
    ([2, 3, 4], 2, Fraction(7, 24)),
    ([2, 3, 4], 3, Fraction(1, 24)),
    ([10] * 5, 5, Fraction(1, 100_000)),
    ([2] * 7, 7, Fraction(1, 128)),
]


@pytest.mark.parametrize(("sizes", "wins", "expected"), KNOWN)
def test_the_chance_of_so_many_wins(sizes, wins, expected):
    assert abs(Fraction(chance_of(Counter(sizes), wins), ONE) - expected) < Fraction(1, 10**30)


def slow_chance(sizes, wins):
    """The same by adding one draw after the other, in exact fractions."""
    mass = [Fraction(1)]
    for size in sizes:
        won, lost = Fraction(1, size), Fraction(size - 1, size)
        mass = [
            lost * (mass[at] if at < len(mass) else 0) + won * (mass[at - 1] if at else 0)
            for at in range(len(mass) + 1)
        ]
    return sum(mass[wins:], Fraction())


@given(some.lists(some.integers(2, 40), max_size=25), some.integers(0, 12))
def test_the_chance_agrees_with_the_slow_model(sizes, wins):
    off = Fraction(chance_of(Counter(sizes), wins), ONE) - slow_chance(sizes, wins)
    assert 0 <= off < Fraction(1, 10**30)


@pytest.mark.soak
def test_many_draws_are_reckoned_as_exactly(at_scale):
    draws = at_scale(400, 2000)
    wins = draws // 2 + 1
    assert abs(Fraction(chance_of({2: draws}, wins), ONE) - slow_chance([2] * draws, wins)) < Fraction(1, 10**30)


WRITTEN = {
    Fraction(0): "0.000000", Fraction(1): "1.000000", Fraction(1, 3): "0.333333", Fraction(2, 3): "0.666667",
    Fraction(1, 2_000_000): "0.000001", Fraction(1, 2_000_001): "0.000000", Fraction(25, 2): "12.500000",
}  # fmt: skip


@pytest.mark.parametrize(("value", "written"), WRITTEN.items())
def test_numbers_have_six_decimals_half_up(value, written):
    assert decimals(value) == written


def test_holm_by_hand():
    of = ONE // 100
    assert holm([]) == []
    assert holm([1 * of, 4 * of, 3 * of * 10, 50 * of]) == [4 * of, 12 * of, 60 * of, 60 * of]
    assert holm([40 * of, 50 * of]) == [80 * of, 80 * of], "it never falls"
    assert holm([60 * of, 60 * of, 60 * of]) == [ONE] * 3, "and is no more than certain"


@given(some.lists(some.integers(0, ONE), max_size=12))
def test_holm_rises_and_stays_between_the_chance_and_its_bonferroni_bound(chances):
    corrected = holm(sorted(chances))
    assert corrected == sorted(corrected)
    for chance, each in zip(sorted(chances), corrected, strict=True):
        assert chance <= each <= ONE
    assert corrected[:1] == [min(ONE, len(chances) * chance) for chance in sorted(chances)[:1]]


# --- what a transcript says of its draw -------------------------------------------------------------------------------


def rule(minimum=1):
    return Rule("2025-01-01", minimum, (95, 96, 97, 98), 6)


@pytest.mark.parametrize("method", METHODS)
def test_the_winner_is_among_those_the_draw_decided_among(method):
    for number in range(60):
        made = rehearse(method, 2 + number % 9, number.to_bytes(2, "big"), rule())
        codes = among(made)
        assert made["winner"] in codes
        assert codes == sorted(set(codes))
        assert set(codes) <= set(made["ranking"])
        if method == "random_draw":
            assert codes == [line["code"] for line in made["entrants"]]


def told(method, quotes, ranking, **more):
    entrants = [{"code": code, "quote": quote} for code, quote in quotes.items()]
    known = {"failed": None, "points": None, "winner": ranking[0] if ranking else None}
    return known | {"method": method, "entrants": entrants, "ranking": ranking} | more


def test_equal_offers_are_decided_by_the_draw_and_others_are_not():
    quotes = {"A": 500, "B": 500, "C": 600}
    assert among(told("lowest_price", quotes, ["B", "A", "C"])) == ["A", "B"]
    assert among(told("lowest_price", quotes | {"A": 400}, ["A", "B", "C"])) == ["A"]
    # Of the average price, whoever was dropped takes no part, however equal.
    assert among(told("average_price", quotes, ["B", "C"])) == ["B"]
    points = [[3000, 2000], [2000, 3000], [5000, 0]]
    assert among(told("price_and_days", quotes, ["A", "B", "C"], points=points)) == ["A", "B"], "the lower quote first"
    assert among(told("random_draw", {}, [], failed="There was no eligible entry.")) == []


def test_a_line_says_the_day_that_ended_at_closing():
    made = rehearse("random_draw", 3, b"day", rule()) | {"closed_at": "2026-10-10T16:00:00Z"}
    line = line_of(made, item="ZJ-011", owner="O", address="/jobs/1/transcript.json")
    wanted = {name: made[name] for name in ("digest", "job", "method", "winner")} | {"among": among(made)}
    wanted |= {"item": "ZJ-011", "owner": "O", "transcript": "/jobs/1/transcript.json", "closed_on": "2026-10-10"}
    assert line == canonical(wanted)


def test_the_open_data_has_one_selection_a_line_and_is_json():
    lines = [canonical({"job": "GG-1"}), canonical({"job": "GG-2"})]
    whole = open_data(lines)
    assert whole.splitlines()[1:3] == [lines[0] + ",", lines[1]] and whole.endswith("}\n")
    assert json.loads(whole) == {
        "draws": [{"job": "GG-1"}, {"job": "GG-2"}], "format": "intermediary-supermarket-draws", "version": 1,
    }  # fmt: skip


def test_a_report_of_nothing_has_no_first_day():
    assert day_of(None) is None
    assert day_of("2026-10-10") == date(2026, 10, 10)


# --- the report -------------------------------------------------------------------------------------------------------


def city(pick, draws=1500, agencies=40, owners=12, cheats=lambda owner, entrants: None):
    """The lines of so many draws; `cheats` may name the winner, all others are drawn."""
    lines = []
    for number in range(draws):
        entrants = sorted(
            pick.sample([f"A{one:02}" for one in range(agencies)], pick.randrange(1, min(12, agencies + 1)))
        )
        owner, item = f"O{pick.randrange(owners):02}", f"ZJ-{pick.randrange(8):03}"
        winner = cheats(owner, entrants) or pick.choice(entrants)
        known = {"job": f"GG-{number:06}", "owner": owner, "item": item, "among": entrants, "winner": winner}
        lines.append(canonical(known | {"closed_on": "2026-10-10", "digest": "0" * 64, "method": "random_draw"}))
    return lines


def standing_out(made):
    return {
        (table, row["agency"], row["about"]) for table in TABLES for row in made["tables"][table] if row["stands_out"]
    }


@pytest.mark.parametrize("seed", range(10))
def test_nothing_stands_out_of_honest_draws(seed):
    assert standing_out(report(city(random.Random(seed)))) == set()


@pytest.mark.parametrize("seed", range(3))
def test_an_owner_who_prefers_one_agency_stands_out_with_it_and_nobody_else_does(seed):
    pick = random.Random(seed)
    made = report(city(pick, cheats=lambda owner, codes: "A07" if owner == "O03" and "A07" in codes else None))
    found = standing_out(made)
    assert ("owners", "A07", "O03") in found
    assert {agency for _, agency, _ in found} == {"A07"}
    assert made["tables"]["owners"][0]["agency"] == "A07", "the rarest comes first"


def test_an_agency_that_wins_every_third_draw_more_than_its_share_stands_out_over_all():
    pick = random.Random(3)
    lines = city(pick, cheats=lambda owner, codes: "A01" if "A01" in codes and pick.random() < 0.3 else None)
    assert ("agencies", "A01", None) in standing_out(report(lines))


def test_the_report_by_hand():
    """Six draws of A, B and C for one owner, all won by A: expected 2, chance 1/729, of six figures."""
    known = {"among": ["A", "B", "C"], "closed_on": "2026-10-10", "digest": "0" * 64, "method": "random_draw"}
    lines = [canonical(known | {"job": f"{n}", "owner": "O", "item": "Z", "winner": "A"}) for n in range(6)]
    lines.append(canonical(known | {"among": ["A"], "job": "7", "owner": "O", "item": "Z", "winner": "A"}))
    lines.append(canonical(known | {"among": [], "job": "8", "owner": "O", "item": "Z", "winner": None}))
    made = report(lines)
    assert (made["selections"], made["draws"], made["looks"]) == (8, 6, {"agencies": 3, "owners": 3, "items": 3})
    assert [row["agency"] for row in made["tables"]["owners"]] == ["A", "B", "C"]
    first = made["tables"]["agencies"][0]
    assert first == {
        "about": None, "agency": "A", "chance": "0.001372", "corrected": "0.012346", "draws": 6, "expected": "2.000000",
        "stands_out": False, "wins": 6,
    }  # fmt: skip
    assert made["tables"]["agencies"][1]["chance"] == "1.000000"
    assert {name: value for name, value in made.items() if name not in ("looks", "tables")} == {
        "draws": 6, "first": "2026-10-10", "format": FORMAT, "last": "2026-10-10", "least_draws": 5,
        "level": "0.010000", "selections": 8, "version": 1,
        "open_hash": sha256(f"[{','.join(lines)}]".encode()).hexdigest(),
    }  # fmt: skip


def test_the_first_and_the_last_day_are_those_of_the_draws_and_a_table_is_bounded(monkeypatch):
    monkeypatch.setattr(fairness, "LISTED", 2)
    known = {"among": ["A", "B", "C"], "digest": "0" * 64, "method": "random_draw", "owner": "O", "item": "Z"}
    days = [f"2026-10-{day}" for day in (12, 10, 15, 11, 14)]
    lines = [canonical(known | {"job": day, "closed_on": day, "winner": "A"}) for day in days]
    lines.append(canonical(known | {"among": ["A"], "job": "9", "closed_on": "2026-10-20", "winner": "A"}))
    made = report(lines)
    assert (made["first"], made["last"], made["looks"]["items"]) == ("2026-10-10", "2026-10-15", 3)
    assert [len(made["tables"][table]) for table in TABLES] == [2, 2, 2]


@pytest.mark.parametrize(
    ("corrected", "stands"), [(ONE // 100, True), (ONE // 100 + 1, False), (0, True), (ONE, False)]
)
def test_one_in_a_hundred_stands_out_and_no_more(corrected, stands):
    assert Look("items", "A", "Z", {2: 5}, 5, ONE // 32).row(corrected)["stands_out"] is stands


def test_too_few_draws_are_not_looked_at():
    known = {"among": ["A", "B"], "closed_on": "2026-10-10", "digest": "0" * 64, "method": "random_draw"}
    for count, looks in ((LEAST_DRAWS - 1, 0), (LEAST_DRAWS, 2)):
        lines = [canonical(known | {"job": f"{n}", "owner": f"{n}", "item": "Z", "winner": "A"}) for n in range(count)]
        assert report(lines)["looks"] == {"agencies": looks, "owners": 0, "items": looks}


def test_no_draws_at_all():
    made = report([])
    assert (made["draws"], made["first"], made["looks"]) == (0, None, dict.fromkeys(TABLES, 0))
