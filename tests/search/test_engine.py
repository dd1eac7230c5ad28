"""What every engine does: what is put is found, in order, by those who may, and by nobody else."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from search.fields import Document, Index
from search.query import parse
from search.question import Engine, Question
from tests.search.market import EVERYONE, MARKET, NOW, ask, gone, keys, thing
from tests.search.test_lexicon import FIELD
from tests.search.test_query import NASTY

Made = Callable[[Index], Engine]
FOUND = """
环境影响 = a
环评 = a
环 = a
huanjing = a
hjyx = a
huanping = a
zj-009 = a
009 = a
zj = a
bim = a
评估 = a
水保方案 = b
水保 贵港 = b
公司12 = b
公司1 = b
shuibao = b
水保fangan = b
l77 = b
77 = b
survey = c
202 = c
勘测 = c
土地 soil = c
 = a b c
土 = b c
-土 = a
方案 -水保 =
surve =
估环 =
"报告书 示例" =
"环评" =
"""
TREE = ("450000", "450800", "450802")


@pytest.fixture
def market(engine: Made) -> Engine:
    return engine(MARKET)


def found(engine: Engine, typed: str, **question: Any) -> str:
    return " ".join(sorted(keys(engine, typed, FIELD, **question)))


def test_what_is_put_is_found_in_every_way_it_may_be_said(market: Engine) -> None:
    market.put(
        [
            thing("a", "環境影響評價文件技術評估", code="ZJ-009", body="ＢＩＭ模型"),
            thing("b", ("水土保持方案报告书编制", "示例贵港水保公司12（示例）"), code="L-77"),
            thing("c", "Soil survey 2026", names=("土地勘测定界",)),
        ]
    )
    for line in FOUND.strip().splitlines():
        typed, _, who = line.partition(" = ")
        assert found(market, typed.strip()) == who.strip(), typed


def test_what_is_put_again_takes_the_place_and_what_is_gone_is_gone(market: Engine) -> None:
    market.put([thing("a", "环境监测", state="open"), thing("b", "环境监理")])
    market.put([thing("a", "水质检测", 2, state="closed"), gone("b", 2), gone("never", 1)])
    assert found(market, "环境") == "" and found(market, "水质") == "a" and found(market, "") == "a"
    assert ask(market, counted=("state",)).facets == {"state": {"closed": 1}}
    assert [key for key, _ in market.digests()] == ["a"]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2)])
def test_the_latest_version_stays_whatever_the_order(market: Engine, order: tuple[int, ...]) -> None:
    said = {1: thing("a", "甲方", 1), 2: gone("a", 2), 3: thing("a", "丙方", 3)}
    for version in order:
        market.put([said[version]])
    assert found(market, "") == found(market, "丙方") == "a" and found(market, "甲方") == ""
    market.put([thing("b", "一"), thing("b", "二", 2), thing("b", "三", 1)])
    assert found(market, "二") == "b" and ask(market).total == 2


def test_digests_say_what_is_held(market: Engine) -> None:
    said = [thing("a", "甲"), thing("b", "乙", price=5, at=NOW), gone("c", 1)]
    market.put(said)
    assert dict(market.digests()) == {each.key: each.digest() for each in said[:2]}
    changes = [{"price": 6}, {"at": NOW + timedelta(seconds=1)}, {"title": ("乙",)}, {"may": {"unit 1"}}]
    other = [thing("b", **({"title": "乙", "price": 5, "at": NOW} | change)) for change in changes]
    assert len({each.digest() for each in [said[1], *other]}) == 5
    assert thing("b", ["甲", "乙"]).digest() == thing("b", ("甲", "乙")).digest()


def test_nobody_finds_counts_or_infers_what_is_for_others(market: Engine) -> None:
    market.put([thing("open", "公开的环评"), thing("draft", "起草的环评", may={"unit 1", "unit 2"}, state="draft")])
    for typed in ("环评", "", "起草", "qicao", "-公开", "qcd"):
        seen = ask(market, typed, counted=("state",))
        assert "draft" not in seen.keys and seen.total == len(seen.keys) and seen.facets == {"state": {}}
    assert found(market, "环评", audiences=EVERYONE | {"unit 1"}) == "draft open"
    assert found(market, "环评", audiences=frozenset({"unit 2"})) == "draft"
    assert found(market, "", audiences=frozenset()) == found(market, "", audiences=frozenset({"unit", "unit 11"})) == ""
    with pytest.raises(TypeError):
        Question(parse(""), now=NOW)  # type: ignore[call-arg]


def test_one_who_may_no_longer_find_a_thing_does_not(market: Engine) -> None:
    market.put([thing("a", "环评", may={"unit 1"})])
    market.put([thing("a", "环评", 2, may={"unit 2"})])
    assert found(market, "环评", audiences=frozenset({"unit 1"})) == ""
    assert found(market, "环评", audiences=frozenset({"unit 2"})) == "a"


def test_a_facet_is_counted_as_if_not_narrowed_by_itself(market: Engine) -> None:
    places = {"a": TREE, "b": (*TREE[:2], "450804"), "c": TREE[:1], "d": None}
    kinds = {"a": "item", "b": "job", "c": "job", "d": "job"}
    market.put([thing(key, "环评", district=places[key], kind=kinds[key], state="open") for key in places])
    seen = ask(
        market, "环评", narrowed={"district": ("450800",), "kind": ("job",)}, counted=("district", "kind", "state")
    )
    assert seen.keys == ["b"] and seen.total == 1
    assert seen.facets["district"] == {"450000": 2, "450800": 1, "450804": 1}
    assert seen.facets["kind"] == {"item": 1, "job": 1}
    assert seen.facets["state"] == {"open": 1}
    assert found(market, "", narrowed={"district": ("450802", "450804")}) == "a b"
    assert found(market, "", narrowed={"kind": ()}) == found(market, "", narrowed={"kind": ("no such",)}) == ""


@pytest.mark.parametrize("sort", ["relevance", "price", "-price", "at", "-at"])
def test_pages_give_each_thing_once_in_order(market: Engine, sort: str) -> None:
    prices = [None, 3, 1, 3, 3, None, 2, 3, 0, 1]
    market.put(
        thing(str(place), "环评", price=price, at=price and NOW - timedelta(days=price))
        for place, price in enumerate(prices)
    )
    after, seen = "", []
    for _ in range(4):
        page = ask(market, "环评", sort=sort, limit=3, after=after)
        seen, after = seen + page.keys, page.after
        assert page.total == 10 and len(page.keys) == (3 if after else 1)
    assert not after and sorted(seen, key=int) == list(map(str, range(10)))
    if "price" in sort:
        sorted_prices = sorted((price for price in prices if price is not None), reverse=sort[0] == "-")
        assert [prices[int(key)] for key in seen] == [*sorted_prices, None, None]


def test_the_salt_shuffles_equals_only(market: Engine) -> None:
    market.put([thing(f"{price}{letter}", "环评", price=price) for price in (1, 2) for letter in "abcdefgh"])
    orders = {tuple(ask(market, sort="price", salt=salt).keys) for salt in range(9)}
    assert len(orders) == 9 and len({order[0] for order in orders}) > 2
    assert all(sorted(key[0] for key in order) == [key[0] for key in order] for order in orders)


def test_the_better_field_the_shorter_title_and_the_favoured_kind_stand_first(market: Engine) -> None:
    market.put(
        [
            thing("body", "方案", body="环评"),
            thing("names", "方案", names="环评"),
            thing("long", "环评报告的技术审查与复核"),
            thing("short", "环评报告"),
            thing("lowered", "环评报告", lowered=1),
            thing("item", "环评报告", kind="item"),
            thing("new", "环评招标", kind="job", at=NOW),
            thing("old", "环评招标", kind="job", at=NOW - timedelta(days=90)),
        ]
    )
    order = ask(market, "环评").keys
    for pair in ("item short", "short long", "long names", "names body", "short lowered", "new old"):
        first, second = pair.split()
        assert order.index(first) < order.index(second), pair


def test_since_keeps_what_is_later(market: Engine) -> None:
    market.put([thing("old", at=NOW - timedelta(days=1)), thing("new", at=NOW), thing("never")])
    assert found(market, "", since=NOW - timedelta(seconds=1)) == "new"


def test_whatever_is_typed_is_answered(market: Engine) -> None:
    market.put([thing("a", "环境影响评价", code="ZJ-009")])
    for typed in NASTY:
        assert ask(market, typed, FIELD, counted=("kind",)).total in (0, 1)


@pytest.mark.parametrize("title", ["\0", "", "🙂", "环\0评", '"', "a" * 100_000, ("",) * 9, ()])
def test_any_title_can_be_put(market: Engine, title: Any) -> None:
    market.put([thing("a", title)])
    assert found(market, "") == "a"


def test_a_document_fills_its_index(market: Engine) -> None:
    with pytest.raises(ValueError, match="must be filled"):
        market.put([thing("a", "甲"), Document("b", 1, EVERYONE, {"title": "乙"})])
    assert found(market, "") == ""


def test_building_anew_takes_the_place_of_what_was(market: Engine) -> None:
    market.put([thing("a", "旧的"), thing("b", "旧的")])
    assert market.rebuild([thing("b", "新的", 5), thing("c", "新的")]) == 2
    assert found(market, "") == "b c" and found(market, "旧的") == ""


def test_a_build_that_fails_leaves_what_was(market: Engine) -> None:
    market.put([thing("a", "旧的")])
    with pytest.raises(ValueError, match="must be filled"):
        market.rebuild([Document("b", 1, EVERYONE, {})])
    assert found(market, "") == "a"


def test_what_is_put_while_it_is_built_stands_in_both(market: Engine) -> None:
    market.put([thing("a", "旧的")])

    def told() -> Iterator[Document]:
        yield thing("a", "旧的")
        with ThreadPoolExecutor(1) as other:
            other.submit(market.put, [thing("a", "新的", 2), thing("b", "新的")]).result()
            assert other.submit(found, market, "新的").result() == "a b"
        yield thing("b", "旧的", 0)

    market.rebuild(told())
    assert found(market, "新的") == "a b" and found(market, "旧的") == ""
