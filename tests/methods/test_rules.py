"""Which methods the rules allow, as a table, and which of several reasons is told."""

from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace

import pytest

from app.kernel.transcript import LOWEST, RANDOM
from app.methods.rules import METHODS, PRICED, WHY, Against, Case, Method, Verdict, asks_quote, in_force, judge

DAY = date(2026, 9, 28)


@dataclass(frozen=True)
class Rule:
    id: int = 1
    method: str = LOWEST
    direct_ground: str = ""
    funds: str = ""
    from_cents: int = 0
    to_cents: int | None = None
    item_class: str = ""
    urgent: bool | None = None
    ground: str = "示例理由"
    source: str = "示例通知"
    effective_from: date = DAY
    until: date | None = None


CASE = Case("state", "强制性", 1_000_000, False)


@pytest.mark.parametrize(
    ("rule", "case", "why"),
    [
        ({}, {}, None),
        ({"funds": "state"}, {}, None),
        ({"funds": "social"}, {}, "funds"),
        ({"item_class": "强制性"}, {}, None),
        ({"item_class": "政府委托"}, {}, "item_class"),
        ({"to_cents": 1_000_000}, {}, None),
        ({"to_cents": 999_999}, {}, "above"),
        ({"from_cents": 1_000_000}, {}, None),
        ({"from_cents": 1_000_001}, {}, "below"),
        ({"from_cents": 1, "to_cents": 2}, {"amount_cents": None}, None),
        ({"urgent": True}, {}, "urgent"),
        ({"urgent": True}, {"urgent": True}, None),
        ({"urgent": False}, {}, None),
        ({"urgent": False}, {"urgent": True}, "calm"),
        ({"funds": "social", "to_cents": 1}, {}, "funds"),
        ({"direct_ground": "small"}, {}, None),
        ({"direct_ground": "small"}, {"direct_ground": "small"}, None),
        ({"direct_ground": "small"}, {"direct_ground": "urgent"}, "ground"),
    ],
)
def test_a_rule_allows_what_fits_it_and_else_says_why_not(rule, case, why):
    found = judge([Rule(**rule)], LOWEST, METHODS[LOWEST], replace(CASE, **case))
    assert bool(found.rules) == (why is None)
    assert (found.against and found.against.says) == (why and WHY[why])


def test_any_one_rule_is_enough_and_another_methods_rule_is_none():
    rules = [Rule(1, funds="social"), Rule(2), Rule(3, method=RANDOM, funds="social")]
    assert [rule.id for rule in judge(rules, LOWEST, "lowest price", CASE).rules] == [2]
    assert judge(rules, RANDOM, "random draw", CASE).rules == ()


def test_a_method_without_a_rule_is_not_lawful():
    found = judge([], LOWEST, "lowest price", CASE)
    assert found.against and not found.possible


def test_every_verdict_says_all_it_knows():
    assert judge([Rule()], LOWEST, "lowest price", CASE) == Verdict((Rule(),), None, True)
    nothing = Against("“%(method)s” is not lawful: no rule in force allows it.", {"method": "lowest price"})
    assert judge([], LOWEST, "lowest price", CASE) == Verdict((), nothing, False)
    rule = Rule(from_cents=1_000_050, to_cents=999_900, item_class="政府委托", ground="示例理由。", source="示例通知。")
    told = {"item_class": "政府委托", "most": "9,999", "least": "10,000.50", "ground": "示例理由", "source": "示例通知"}
    found = judge([rule], LOWEST, "lowest price", CASE)
    assert found == Verdict((), Against(WHY["item_class"], {"method": "lowest price", **told}), False)
    unbound = judge([replace(rule, to_cents=None)], LOWEST, "lowest price", CASE)
    assert unbound.against.places == {"method": "lowest price", **told, "most": "0"}


def test_a_rule_of_another_ground_is_told_last():
    rules = [Rule(1, direct_ground="small"), Rule(2, to_cents=5_000, urgent=True)]
    case = replace(CASE, direct_ground="urgent")
    assert judge(rules, LOWEST, "lowest price", case).against.says == WHY["above"]


def test_the_reason_is_that_of_the_nearest_rule():
    rules = [Rule(1, funds="social", urgent=True), Rule(2, to_cents=5_000)]
    assert judge(rules, LOWEST, "lowest price", CASE).against.places["most"] == "50"


@pytest.mark.parametrize(
    ("rule", "possible"),
    [({"to_cents": 1}, True), ({"urgent": True}, True), ({"funds": "social"}, False), ({"item_class": "x"}, False)],
)
def test_another_ceiling_or_urgency_may_do_but_not_other_funds(rule, possible):
    assert judge([Rule(**rule)], LOWEST, "lowest price", CASE).possible == possible


def test_a_rule_holds_from_its_day_until_the_day_it_ends():
    rule = Rule(effective_from=date(2026, 10, 1), until=date(2026, 10, 3))
    assert [bool(in_force([rule], date(2026, 10, day))) for day in (1, 2, 3)] == [True, True, False]
    assert not in_force([rule], date(2026, 9, 30))


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("weight", [None, 0, 20])
def test_a_quote_is_asked_for_where_a_price_counts(method, weight):
    counts = method in PRICED or (method == Method.MERIT and weight == 20)
    assert asks_quote(SimpleNamespace(method=method, price_weight=weight)) is counts
