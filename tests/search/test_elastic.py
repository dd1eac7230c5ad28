"""What only Elasticsearch has to show: that it agrees with the embedded engine, and what happens when it fails."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from typing import Any

import pytest

from search.breaker import Breaker
from search.connect import connect
from search.elastic import Elastic
from search.embedded import Embedded
from search.fields import Code, Document, Facet, Index, Moment, Number, Ranking, Text, Tree
from search.lexicon import Lexicon
from search.query import parse
from search.question import Question, Unavailable
from tests.search.conftest import forget

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
ALL = frozenset({"all"})
MARKET = Index(
    "market",
    1,
    Ranking("kind", {"item": 4, "listing": 0.5}, "at", {"job": 30.0, "notice": 10.0}, "lowered"),
    code=Code(),
    title=Text(8, sounds=True),
    names=Text(4, sounds=True),
    body=Text(1),
    kind=Facet(),
    district=Tree(),
    price=Number(),
    lowered=Number(),
    at=Moment(),
)
LEXICON = Lexicon([["环境影响评价", "环评"], ["水土保持", "水保"]])
PLACES = ("贵港", "南宁", "桂林")
WORKS = ("环境影响评价", "水土保持方案", "施工图审查", "GIS测绘", "地质灾害评估12号", "節能評估")


def thing(key: str, title: Any, version: int = 1, may: frozenset[str] = ALL, **values: Any) -> Document:
    return Document(key, version, may, dict.fromkeys(MARKET.fields) | {"title": title} | values)


def corpus() -> list[Document]:
    """Every work in every place as every kind, with what differs between them."""
    made = []
    for number, (work, place, kind) in enumerate(product(WORKS, PLACES, ("item", "job", "listing", "notice", None))):
        made.append(
            thing(
                f"{kind}:{number}",
                f"{place}{work}报告（{number}）",
                may=ALL if number % 7 else frozenset({"unit:1"}),
                code=f"ZJ-{number:03}",
                names=(f"{place}示例咨询有限公司", WORKS[number % len(WORKS)]),
                body=(f"第{number}条，含{WORKS[(number + 1) % len(WORKS)]}", "（丙级）") if number % 3 else None,
                kind=kind,
                district=("45", place),
                price=number % 5 or None,
                lowered=int(number % 11 == 0),
                at=NOW + timedelta(days=3 - number) if number % 4 else None,
            )
        )
    return made


TYPED = [
    "", "环", "丙", "1", "gis", "gi", "环评", "環評", "水保 南宁", "-环", "贵港 -gis", "huanping", "huanj", "hjyxpj",
    "zj-00", "ZJ012", "zj", "12号", "估12", '"号报"', '"条，含"', "司）", '"公司 水"', "gl 节能", "环评ngs",
    "第1", "条，含施", "贵港guigang", "shuibao guilin", '"环评"', "评价报告（", "（", "x", "gggis", "节能pinggu",
]  # fmt: skip


def test_both_engines_find_and_count_the_same(tmp_path, on_elasticsearch):
    one, other = Embedded(tmp_path, MARKET), on_elasticsearch(MARKET)
    documents = corpus()
    parts = {each.values["title"][at : at + 2] for each in documents[::19] for at in range(9)}
    for engine in (one, other):
        assert engine.rebuild(documents) == len(documents)
    assert dict(one.digests()) == dict(other.digests())
    ways: list[dict[str, Any]] = [
        {"counted": ("kind", "district")},
        {"counted": ("kind", "district"), "narrowed": {"kind": ("job", "item"), "district": ("南宁",)}},
        {"narrowed": {"kind": ("job", "")}, "since": NOW - timedelta(days=30), "sort": "-at"},
    ]
    for typed in (*TYPED, *sorted(parts)):
        for way in ways:
            question = Question(parse(typed, LEXICON), ALL, NOW, limit=200, **way)
            left, right = one.find(question), other.find(question)
            assert (set(left.keys), left.total, left.facets) == (set(right.keys), right.total, right.facets), typed
            if "sort" in way:
                moments = {each.key: str(each.values["at"]) for each in documents}
                assert [moments[key] for key in left.keys] == [moments[key] for key in right.keys]


def test_what_is_asked_for_comes_first_in_the_same_order(engine):
    market = engine(MARKET)
    first = [
        thing("item", "环评", kind="item"),
        thing("covered", "环境影响评价"),
        thing("longer", "环境影响评价报告书"),
        thing("tomorrow", "某环境影响评价报告书", kind="job", at=NOW + timedelta(days=1)),
        thing("fresh", "某某环境影响评价报告书", kind="job", at=NOW - timedelta(days=2)),
        thing("old", "某某环境影响评价报告书", kind="job", at=NOW - timedelta(days=90)),
        thing("lowered", "环境影响评价报告", lowered=1),
        thing("named", "其他", names="环评公司"),
        thing("listed", "环评书", kind="listing", lowered=1),
        thing("told", "其他", body=("无", "含环评")),
    ]
    market.put(reversed(first))
    question = Question(parse("环评", LEXICON), ALL, NOW)
    assert market.find(question).keys == [each.key for each in first]


@pytest.mark.parametrize("sort", ["relevance", "price", "-price"])
def test_pages_go_through_all_equals_once_in_an_order_that_each_day_shuffles(engine, sort):
    market = engine(MARKET)
    market.put(thing(f"a:{number:02}", "环境影响评价", price=3 if number % 4 else None) for number in range(30))
    orders = set()
    for salt in range(4):
        seen, after = [], ""
        while True:
            found = market.find(Question(parse("环评", LEXICON), ALL, NOW, sort=sort, limit=7, after=after, salt=salt))
            seen += found.keys
            after = found.after
            if not after:
                break
        assert sorted(seen) == [f"a:{number:02}" for number in range(30)]
        orders.add(tuple(seen))
    assert len(orders) == 4


def test_what_is_put_while_it_is_built_anew_stands_and_nobody_waits(engine):
    market = engine(MARKET)
    market.put([thing("old", "环评"), thing("both", "环评")])

    def everything() -> Iterator[Document]:
        yield thing("both", "环评")
        market.put([thing("both", "水保", version=3), thing("new", "环评", version=2), Document("gone", 3)])
        assert set(market.find(Question(parse("环评"), ALL, NOW)).keys) == {"old", "new"}
        yield thing("both", "环评", version=2)
        yield thing("gone", "环评", version=2)

    market.rebuild(everything())
    assert market.find(Question(parse("环评"), ALL, NOW)).keys == ["new"]
    assert market.find(Question(parse("水保"), ALL, NOW)).keys == ["both"]
    assert {key for key, _ in market.digests()} == {"both", "new"}


def test_a_rebuild_that_was_interrupted_leaves_the_index_as_it_was(engine):
    market = engine(MARKET)
    market.put([thing("one", "环评")])

    def broken() -> Iterator[Document]:
        yield thing("two", "环评")
        raise LookupError("the power failed")

    with pytest.raises(LookupError):
        market.rebuild(broken())
    assert market.find(Question(parse("环评"), ALL, NOW)).keys == ["one"]


def test_an_index_of_other_fields_or_tokens_is_not_ready(on_elasticsearch):
    market = on_elasticsearch(MARKET)
    assert not market.ready()
    with pytest.raises(Unavailable):
        market.find(Question(parse("环评"), ALL, NOW))
    market.put([thing("one", "环评")])
    assert market.ready()
    for nowhere in ("W251bGxd", "7f.1", "WzEsIDIsICJhIl0"):
        assert market.find(Question(parse("环评"), ALL, NOW, after=nowhere)).keys == ["one"]
    other = Index(market.index.name, 2, **market.index.fields)
    later = Elastic(market.url, other, at_once=True)
    assert not later.ready()
    left = f"{later.name}-000007"
    later.client.indices.create(index=left, aliases={later.building: {}})
    later.rebuild([thing("two", "环评")])
    assert later.find(Question(parse("环评"), ALL, NOW)).keys == ["two"]
    assert not market.ready()
    (made,) = later.client.indices.get(index=f"{other.name}.*").values()
    assert made["mappings"]["dynamic"] == made["mappings"]["properties"]["text"]["dynamic"] == "strict"
    (shape,) = later.client.indices.get_index_template(name=f"{other.name}.*")["index_templates"]
    assert (shape["name"], shape["index_template"]["version"]) == (later.name, 2)
    later.client.close()


def test_the_longest_question_is_answered(engine):
    market = engine(MARKET)
    market.put([thing("one", "环评水保")])
    words = Lexicon(
        [[f"环{letter}" for letter in "abcdefghijkl"], ["水保", *(f"水{letter}" for letter in "abcdefghijk")]]
    )
    for typed in ("环a " * 12, "水a环a" * 12, "huanshui " * 12, "环a水a环b水b" * 12):
        assert market.find(Question(parse(typed[:200], words), ALL, NOW)).total == 0


def test_killed_while_it_writes_it_loses_nothing_doubles_nothing_and_keeps_the_order(elasticsearch, worker_id):
    index = Index(f"killed-{worker_id}", 1, title=Text())
    rounds, things, began = 30, 40, threading.Event()
    told = [
        [Document(f"k{n}", version, ALL, {"title": f"{n}号{version}"}) for n in range(things)]
        for version in range(rounds)
    ]

    def write(mine: list[list[Document]]) -> None:
        for batch in mine:
            while True:
                try:
                    engine.put(batch)
                    break
                except Unavailable:
                    continue
            began.set()

    with elasticsearch.used(alone=True) as address:
        engine = Elastic(address, index, patience=1.0)
        engine.rebuild(())
        writers = [threading.Thread(target=write, args=(mine,)) for mine in (told, told[::-1])]
        for writer in writers:
            writer.start()
        began.wait()
        elasticsearch.kill()
        elasticsearch.launch()
        for writer in writers:
            writer.join()
        engine.client.indices.refresh(index=engine.name)
        assert sorted(engine.digests()) == sorted((each.key, each.digest()) for each in told[-1])
        assert engine.find(Question(parse(f"号{rounds - 1}"), ALL, NOW)).total == things
        forget(engine)


class Fake(BaseHTTPRequestHandler):
    """A server that does to every request what `server.mood` says."""

    server: Any

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked += 1
        status, body, product_name = self.server.mood
        if status == 0:
            self.server.released.wait(30)
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if product_name:
            self.send_header("X-Elastic-Product", product_name)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


HANGS = (0, b"", "")
BUSY = (429, b'{"error": "too many"}', "Elasticsearch")
DOWN = (503, b'{"error": "no master"}', "Elasticsearch")
STRANGER = (200, b"<html>It works!</html>", "")
NONSENSE = (200, b"[1, 2", "Elasticsearch")
ODD = (200, b'{"hits": 7, "items": null, "timed_out": false, "id": []}', "Elasticsearch")
FINE = (200, json.dumps({"timed_out": False, "hits": {"total": {"value": 0}, "hits": []}}).encode(), "Elasticsearch")


@pytest.fixture
def fake() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    server.daemon_threads, server.block_on_close = True, False
    server.asked, server.mood, server.released = 0, FINE, threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ill(fake: Any) -> Iterator[Elastic]:
    engine = Elastic(f"http://127.0.0.1:{fake.server_port}", MARKET, asking=0.1, patience=0.2)
    yield engine
    engine.client.close()


@pytest.mark.parametrize("mood", [HANGS, BUSY, DOWN, STRANGER, NONSENSE, ODD])
def test_a_server_that_fails_in_any_way_is_unavailable_within_bounds(fake, ill, mood):
    fake.mood = mood
    calls: list[Callable[[], Any]] = [
        lambda: ill.find(Question(parse("环评"), ALL, NOW)),
        lambda: ill.put([thing("one", "环评")]),
        lambda: list(ill.digests()),
        lambda: ill.rebuild([thing("one", "环评")]),
    ]
    for call in calls:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            call()
        assert time.monotonic() - began < 10


def test_nobody_listening_is_unavailable_too(fake, ill):
    fake.socket.close()
    with pytest.raises(Unavailable):
        ill.find(Question(parse("环评"), ALL, NOW))


def test_a_breaker_opens_after_failures_in_a_row_and_closes_when_one_try_succeeds(fake, ill):
    instant = [0.0]
    guarded = Breaker(ill, failures=3, pause=5.0, clock=lambda: instant[0])

    def ask() -> int:
        return guarded.find(Question(parse("环评"), ALL, NOW)).total

    assert ask() == 0
    fake.mood = DOWN
    for failures in range(1, 5):
        with pytest.raises(Unavailable):
            ask()
        assert fake.asked == 1 + min(failures, 3)
    with pytest.raises(Unavailable):  # not "there is none": that would be built anew
        guarded.ready()
    assert fake.asked == 4
    instant[0] = 5.0
    with pytest.raises(Unavailable):
        ask()
    assert fake.asked == 5
    fake.mood = FINE
    with pytest.raises(Unavailable, match="a moment ago"):
        ask()
    instant[0] = 10.0
    assert ask() == 0 and ask() == 0
    assert fake.asked == 7


def test_while_one_call_tries_the_others_are_still_refused(fake, ill):
    instant = [0.0]
    guarded = Breaker(ill, failures=1, pause=5.0, clock=lambda: instant[0])
    fake.mood = DOWN
    with pytest.raises(Unavailable):
        guarded.ready()
    instant[0] = 6.0
    with guarded._guarded(), pytest.raises(Unavailable, match="a moment ago"):
        guarded.put([])
    assert fake.asked == 1
    guarded.put([])


def test_an_address_is_a_server_and_anything_else_a_folder(tmp_path):
    assert isinstance(connect("http://127.0.0.1:9200", MARKET), Breaker)
    assert isinstance(connect(str(tmp_path), MARKET), Embedded)
