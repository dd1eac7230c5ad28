"""The engine in a file: what is put is found, by those who may, and by nobody else; whatever else goes on meanwhile."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.embedded import Embedded
from search.fields import Document, Facet, Index, Text
from search.query import parse
from search.question import Engine, Question, Unavailable
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


@pytest.mark.parametrize("after", ["x", ".", "-1.-1", "0.0", "f" * 400 + ".1", "1", "1.", "﷽.1", "0x1.2"])
def test_what_is_no_place_is_the_beginning(market: Engine, after: str) -> None:
    market.put([thing("a", "环评")])
    assert ask(market, after=after).keys == ["a"]


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


@pytest.mark.parametrize("typed", NASTY)
def test_whatever_is_typed_is_answered(typed: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    asked(typed, tmp_path_factory)


@given(typed=st.text('环评水保“" -－huan0*:^(){}[]\\/\0\ud800🙂', max_size=60))
def test_anything_typed_is_answered(typed: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    asked(typed, tmp_path_factory)


def asked(typed: str, folder: pytest.TempPathFactory) -> None:
    engine = Embedded(folder.getbasetemp() / "nasty", MARKET)
    if not engine.ready():
        engine.rebuild([thing("a", "环境影响评价", code="ZJ-009")])
    assert ask(engine, typed, FIELD, counted=("kind",)).total in (0, 1)


@pytest.mark.parametrize("title", ["\0", "", "🙂", "环\0评", '"', "a" * 100_000, ("",) * 9, ()])
def test_any_title_can_be_put(market: Engine, title: Any) -> None:
    market.put([thing("a", title)])
    assert found(market, "") == "a"


def test_a_document_fills_its_index(market: Engine) -> None:
    with pytest.raises(ValueError, match="must be filled"):
        market.put([thing("a", "甲"), Document("b", 1, EVERYONE, {"title": "乙"})])
    assert found(market, "") == ""


# -- building -------------------------------------------------------------------------------------------------------


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


def test_there_is_an_answer_at_every_moment_of_a_build(market: Engine) -> None:
    market.put([thing("a", "环评")])
    built, answers = threading.Event(), []

    def asking() -> None:
        while not built.is_set():
            answers.append(found(market, "环评"))

    with ThreadPoolExecutor(2) as others:
        done = [others.submit(asking) for _ in range(2)]
        for _ in range(20):
            market.rebuild([thing("a", "环评")])
        built.set()
        for each in done:
            each.result()
    assert set(answers) == {"a"}


def _build_until_killed(folder: Path, begun: Any) -> None:
    def told() -> Iterator[Document]:
        for number in count():
            if number == 25_000:
                begun.set()
                sleep(60)
            yield thing(f"x{number}", "半途")

    Embedded(folder, MARKET).rebuild(told())


def _put_for_a_while(folder: Path, first: int, last: int) -> None:
    engine = Embedded(folder, MARKET)
    for number in range(first, last):
        engine.put([thing("counter", f"第{number}次", number, price=number), thing(f"x{number}", "新增", price=number)])


@contextmanager
def _processes(*runs: tuple[Any, ...]) -> Iterator[None]:
    """Run these beside what is done within, and wait for them: forked before anything else runs."""
    started = [get_context("fork").Process(target=run, args=args) for run, *args in runs]
    for each in started:
        each.start()
    yield
    for each in started:
        each.join(60)
        assert each.exitcode == 0


def test_a_builder_that_is_killed_leaves_nothing_but_work_to_do_again(tmp_path: Path) -> None:
    folder = tmp_path / "market"
    engine = Embedded(folder, MARKET)
    engine.rebuild([thing("a", "原有")])
    begun = get_context("fork").Event()
    builder = get_context("fork").Process(target=_build_until_killed, args=(folder, begun))
    builder.start()
    assert begun.wait(60) and builder.pid
    os.kill(builder.pid, signal.SIGKILL)
    builder.join()
    engine.put([thing("b", "后来")])
    assert found(engine, "") == "a b"
    assert engine.rebuild([thing("a", "原有"), thing("b", "后来")]) == 2
    assert found(engine, "") == "a b"
    assert {path.name.partition("-")[0] for path in folder.glob("*.sqlite")} == {"market"}
    assert len(list(folder.glob("*.sqlite"))) == 1


def test_processes_write_and_read_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "market"
    engine = Embedded(folder, MARKET)
    engine.rebuild(())

    def reading() -> bool:
        page = ask(engine, "", limit=500, sort="price")
        counted = page.keys.count("counter")
        return page.total == len(set(page.keys)) and counted == bool(page.total)

    writers = _processes((_put_for_a_while, folder, 1, 40), (_put_for_a_while, folder, 30, 70))
    with ThreadPoolExecutor(2) as others, writers:
        assert all(each.result() for each in [others.submit(reading) for _ in range(60)])
    assert ask(engine, "新增", limit=1).total == 69
    assert ask(engine, "次").total == 1 and ask(engine, "第69").keys == ["counter"]


def test_two_that_build_at_once_do_so_one_after_the_other(tmp_path: Path) -> None:
    folder = tmp_path / "market"
    with _processes(*[(_put_for_a_while, folder, first, first + 4) for first in (1, 5, 9)]):
        engine = Embedded(folder, MARKET)
    with ThreadPoolExecutor(2) as others:
        built = [others.submit(engine.rebuild, [thing(key, "建")]) for key in "ab"]
        assert [each.result() for each in built] == [1, 1]
    assert found(engine, "建") in ("a", "b")


# -- what may be wrong ------------------------------------------------------------------------------------------------


def test_without_an_index_or_with_one_for_other_fields_there_is_no_answer(tmp_path: Path) -> None:
    engine = Embedded(tmp_path / "market", MARKET)
    for _ in range(2):
        assert not engine.ready()
        with pytest.raises(Unavailable):
            ask(engine)
        with pytest.raises(Unavailable):
            list(engine.digests())
    Embedded(tmp_path / "market", Index("market", 2, title=Text())).rebuild(())
    for _ in range(2):
        assert not engine.ready()
        with pytest.raises(Unavailable):
            ask(engine)
    engine.rebuild([thing("a")])
    assert engine.ready() and found(engine, "") == "a"


def test_a_file_that_is_no_index_gives_no_answer_until_it_is_built_again(tmp_path: Path) -> None:
    engine = Embedded(tmp_path / "market", MARKET)
    engine.rebuild([thing("a")])
    for spoiled in tmp_path.rglob("*.sqlite"):
        spoiled.write_bytes(b"nothing of the kind" * 1000)
    other = Embedded(tmp_path / "market", MARKET)
    with pytest.raises(Unavailable):
        ask(other)
    with pytest.raises(Unavailable):
        other.put([thing("b")])
    other.rebuild([thing("a")])
    assert found(other, "") == found(engine, "") == "a"


def test_very_many_values_and_documents_are_followed(engine: Made) -> None:
    many = engine(Index("many", 1, title=Text(), at=Facet()))
    for first in range(0, 60_000, 20_000):
        numbers = range(first, first + 20_000)
        said = ({"title": (f"第{n % 500}号", f"组{n % 7}"), "at": f"v{n % 900}"} for n in numbers)
        many.put(Document(str(n), 1, EVERYONE, values) for n, values in zip(numbers, said, strict=True))
        assert ask(many, "第7号").total == (first + 20_000) // 500
        counted = ask(many, "组3", counted=("at",)).facets["at"]
        assert sum(counted.values()) == sum(n % 7 == 3 for n in range(first + 20_000))
