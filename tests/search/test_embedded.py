"""The engine in a file: it answers whatever else goes on meanwhile, in this process and in others."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
from search.question import Unavailable
from tests.search.market import EVERYONE, MARKET, ask, keys, thing
from tests.search.test_lexicon import FIELD


@pytest.fixture
def market(tmp_path: Path) -> Embedded:
    engine = Embedded(tmp_path / "market", MARKET)
    engine.rebuild(())
    return engine


def found(engine: Embedded, typed: str) -> str:
    return " ".join(sorted(keys(engine, typed)))


@pytest.mark.parametrize("after", ["x", ".", "-1.-1", "0.0", "f" * 400 + ".1", "1", "1.", "﷽.1", "0x1.2"])
def test_what_is_no_place_is_the_beginning(market: Embedded, after: str) -> None:
    market.put([thing("a", "环评")])
    assert ask(market, after=after).keys == ["a"]


@given(typed=st.text('环评水保“" -－huan0*:^(){}[]\\/\0\ud800🙂', max_size=60))
def test_anything_typed_is_answered(typed: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    asked(typed, tmp_path_factory)


def asked(typed: str, folder: pytest.TempPathFactory) -> None:
    engine = Embedded(folder.getbasetemp() / "nasty", MARKET)
    if not engine.ready():
        engine.rebuild([thing("a", "环境影响评价", code="ZJ-009")])
    assert ask(engine, typed, FIELD, counted=("kind",)).total in (0, 1)


def test_there_is_an_answer_at_every_moment_of_a_build(market: Embedded) -> None:
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


def test_very_many_values_and_documents_are_followed(tmp_path: Path) -> None:
    many = Embedded(tmp_path / "many", Index("many", 1, title=Text(), at=Facet()))
    for first in range(0, 60_000, 20_000):
        numbers = range(first, first + 20_000)
        said = ({"title": (f"第{n % 500}号", f"组{n % 7}"), "at": f"v{n % 900}"} for n in numbers)
        many.put(Document(str(n), 1, EVERYONE, values) for n, values in zip(numbers, said, strict=True))
        assert ask(many, "第7号").total == (first + 20_000) // 500
        counted = ask(many, "组3", counted=("at",)).facets["at"]
        assert sum(counted.values()) == sum(n % 7 == 3 for n in range(first + 20_000))
