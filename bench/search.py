"""How fast the search box is: a million listings, four facets, twenty hits, and queries as people type them.

    python -m bench.search                     # embedded; SEARCH_URL=http://… for a throw-away Elasticsearch too

LISTINGS says how many. A listing of one of a hundred thousand agencies has a code, the names of its item and of its
agency, what is delivered, its place in the tree of districts, and bands of price and days. The queries and how often
each is typed stand in `ASKED`; every other one is narrowed by a facet or two. Times are those of the processor, since
the machine is shared; the floor of the same run is sorting a hundred thousand SHA-256 digests. Others are asked the
same: LIKE over the texts, FTS5 with its trigrams, and Elasticsearch with its default analyzer. Recall and precision are
measured on the first `JUDGED` listings against the words that each query means, looked for character by character.
"""

import csv
import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from search.analyzer import fold
from search.embedded import Embedded
from search.fields import Code, Document, Facet, Index, Moment, Number, Ranking, Text, Tree
from search.lexicon import Lexicon
from search.query import Query, parse
from search.question import Engine, Question

LISTINGS = int(os.environ.get("LISTINGS", 1_000_000))
JUDGED = 20_000
FIRMS_EACH = 10  # listings of an agency
ROUNDS, SLOW_ROUNDS, PUTS = 600, 24, 200
AIM_P50, AIM_P99, AIM_REBUILD, AIM_FRESH, AIM_ELASTIC = 10, 60, 90, 2, 20
USUAL_FLOOR = 60  # milliseconds: aims are for a machine with this floor
DATA = Path(__file__).resolve().parents[1] / "data"
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
EVERYONE = frozenset({"everyone"})
FACETS = ("item", "district", "price_band", "days_band")
TRADES = ("环境", "咨询", "测绘", "勘察", "水保", "检测", "安全技术", "造价咨询", "评估", "工程技术")
PARTS = "华恒正泰安达信诚远宏盛鑫瑞嘉中天和"
INDEX = Index(
    "listings", 1, Ranking("kind", {"item": 4}, "at", {"job": 30.0}, "lowered"),
    code=Code(), title=Text(8, sounds=True), names=Text(4), body=Text(1), kind=Facet(), item=Facet(), district=Tree(),
    price_band=Facet(), days_band=Facet(), price=Number(), lowered=Number(), at=Moment(),
)  # fmt: skip


class Asked(NamedTuple):
    """What is typed, how often, and for each term the words of which one must stand in what is found; those of the
    last row must not."""

    typed: str
    weight: int
    means: tuple[str, ...] = ()
    without: str = ""


ASKED = (
    Asked("", 8),
    Asked("环评", 10, ("环境影响评价 环评 环境影响报告",)),
    Asked("水保方案", 7, ("水土保持方案 水保方案",)),
    Asked("测绘", 6, ("测绘",)),
    Asked("图审", 4, ("施工图审查 图审 施工图设计文件审查",)),
    Asked("环境影响报告书", 5, ("环境影响报告书",)),
    Asked("可行性研究报告", 4, ("可行性研究报告 可研报告",)),
    Asked("评估", 4, ("评估",)),
    Asked("水保方案 桂平", 5, ("水土保持方案 水保方案", "桂平")),
    Asked("房产测绘 贵港", 4, ("房产测绘", "贵港")),
    Asked("防雷检测 -平南", 2, ("雷电防护装置检测 防雷检测",), "平南"),
    Asked("huanping", 5, ("环境影响评价 环评 环境影响报告",)),
    Asked("shuibao guigang", 2, ("水土保持 水保", "贵港")),
    Asked("hjyx", 3, ("环境影响",)),
    Asked("環境影響評價", 3, ("环境影响评价 环评 环境影响报告",)),
    Asked("華恒環境", 3, ("华恒环境",)),
    Asked("示例桂平正泰", 5, ("示例桂平正泰",)),
    Asked("安达测绘公司", 4, ("安达测绘公司",)),
    Asked("公司1234", 4, ("公司1234",)),
    Asked("L-0012345", 6, ("L-0012345",)),
    Asked("l0012", 2, ("L-0012",)),
    Asked("环", 1, ("环",)),
    Asked("公司", 1, ("公司",)),
    Asked('"土地估价" 南宁', 2, ("土地估价", "南宁")),
)


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


class City:
    """The listings, the same in every run."""

    def __init__(self, count: int):
        self.count, self.items, chance = count, rows("items.csv"), Random(6)
        districts = {row["code"]: row for row in rows("districts.csv")}
        near = [row for row in districts.values() if row["level"] in ("city", "county")]
        self.places = [tuple(_up(districts, row["code"])) for row in near]
        self.firms = [
            f"示例{chance.choice(near)['name'][:2]}{''.join(chance.sample(PARTS, 2))}"
            f"{chance.choice(TRADES)}公司{number}（示例）"
            for number in range(max(count // FIRMS_EACH, 1))
        ]

    def texts(self) -> Iterator[tuple[str, str, str, str]]:
        """The code, item, agency and deliverable of each listing."""
        for number in range(self.count):
            item = self.items[number * 7 % len(self.items)]
            yield f"L-{number:07}", item["name"], self.firms[number * 31 % len(self.firms)], item["deliverable"]

    def documents(self) -> Iterator[Document]:
        for number, (code, item, firm, deliverable) in enumerate(self.texts()):
            yield self.document(number, (item, firm), code, deliverable)

    def facets(self) -> Iterator[list[Any]]:
        for document in self.documents():
            assert document.values is not None
            yield [document.values[name] for name in FACETS]

    def document(self, number: int, title: Sequence[str], code: str, deliverable: str) -> Document:
        values = {
            "code": code, "title": title, "names": deliverable, "body": "按行业标准执行", "kind": "listing",
            "item": self.items[number * 7 % len(self.items)]["code"],
            "district": self.places[number % len(self.places)],
            "price_band": str(number % 6), "days_band": str(number % 5), "price": number * 7919 % 10_000_000,
            "lowered": 0, "at": NOW,
        }  # fmt: skip
        return Document(f"listing:{number}", 1, EVERYONE, values)

    def truth(self, asked: Asked) -> set[int]:
        """The numbers of the listings in which what is meant stands."""
        found = set()
        for number, told in enumerate(self.texts()):
            said = [fold(each) for each in told]
            there = all(any(fold(word) in each for word in words.split() for each in said) for words in asked.means)
            if there and not (asked.without and any(asked.without in each for each in said)):
                found.add(number)
        return found


def _up(districts: dict[str, dict[str, str]], code: str) -> list[str]:
    return [*_up(districts, districts[code]["parent"]), code] if code else []


def lexicon() -> Lexicon:
    names = [row["name"] for name in ("districts.csv", "items.csv") for row in rows(name)]
    return Lexicon([row["words"].split("|") for row in rows("synonyms.csv")], names + [name[:2] for name in names])


def questions(city: City, known: Lexicon, count: int) -> Iterator[Question]:
    """The same mix in every run."""
    chance, parsed = Random(7), {asked.typed: parse(asked.typed, known) for asked in ASKED}
    for asked in chance.choices(ASKED, [each.weight for each in ASKED], k=count):
        narrowed: dict[str, tuple[str, ...]] = {}
        if chance.random() < 0.4:
            narrowed["district"] = (chance.choice(city.places)[-1],)
        if chance.random() < 0.2:
            narrowed["price_band"] = (str(chance.randrange(6)),)
        yield question(parsed[asked.typed], narrowed=narrowed, counted=FACETS)


def question(query: Query, **more: Any) -> Question:
    return Question(query, EVERYONE, NOW, **more)


def floor_ms() -> float:
    began = process_time()
    sorted(hashlib.sha256(str(number).encode()).digest() for number in range(100_000))
    return (process_time() - began) * 1000


class Times:
    """Milliseconds of each call, on the processor and on the wall."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def of(self, call: Callable[[], Any]) -> Any:
        cpu, wall = process_time(), perf_counter()
        answer = call()
        self.cpu.append((process_time() - cpu) * 1000)
        self.wall.append((perf_counter() - wall) * 1000)
        return answer


def percentile(times: list[float], which: int) -> float:
    return quantiles(times, n=100, method="inclusive")[which - 1]


def resident_mb() -> int:
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) >> 10


def memory_of(folder: Path) -> int:
    """Megabytes that a process needs to ask the index in a folder."""
    before, engine = resident_mb(), Embedded(folder, INDEX)
    engine.find(question(parse("")))
    return resident_mb() - before


def fresh_ms(engine: Engine, other: Engine, city: City) -> list[float]:
    """How long after it is put another one finds each of some new things."""
    taken = []
    for number in range(PUTS):
        key, code = f"listing:new{number}", f"N-{number:07}"
        put = city.document(number, (f"新设事项{number}",), code, "报告")
        asked, began = question(parse(code)), perf_counter()
        engine.put([Document(key, 1, put.audiences, put.values)])
        while key not in other.find(asked).keys:
            pass
        taken.append((perf_counter() - began) * 1000)
    return taken


# -- the others -----------------------------------------------------------------------------------------------------


class Tables:
    """LIKE over a plain table, and FTS5 with trigrams, in SQLite."""

    def __init__(self, path: Path, city: City, trigrams: bool):
        self.connection, self.trigrams = sqlite3.connect(path), trigrams
        execute = self.connection.execute
        execute("PRAGMA synchronous = OFF")
        execute(f"CREATE TABLE listing (id INTEGER PRIMARY KEY, said TEXT, {', '.join(FACETS)})")
        self.connection.executemany("INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?)", self._rows(city))
        if trigrams:
            execute(
                "CREATE VIRTUAL TABLE words USING fts5"
                "(said, content = 'listing', content_rowid = 'id', tokenize = 'trigram')"
            )
            execute("INSERT INTO words (words) VALUES ('rebuild')")
        self.connection.commit()

    def _rows(self, city: City) -> Iterator[list[Any]]:
        for number, (said, facets) in enumerate(zip(city.texts(), city.facets(), strict=True)):
            yield [number, " ".join(said), *(str(each) for each in facets)]

    def found(self, typed: str) -> set[int]:
        source, values = self._where(typed)
        return {id for (id,) in self.connection.execute(f"SELECT rowid FROM {source}", values)}

    def ask(self, typed: str) -> None:
        """Twenty hits, how many there are, and four facets."""
        execute, (source, values) = self.connection.execute, self._where(typed)
        execute("CREATE TEMP TABLE hit AS SELECT rowid AS id FROM " + source, values)
        execute("SELECT count(*) FROM hit").fetchone()
        execute("SELECT listing.* FROM hit JOIN listing USING (id) LIMIT 20").fetchall()
        for name in FACETS:
            execute(f"SELECT {name}, count(*) FROM hit JOIN listing USING (id) GROUP BY 1").fetchall()
        execute("DROP TABLE hit")

    def _where(self, typed: str) -> tuple[str, list[str]]:
        terms = typed.replace('"', "").split()
        if self.trigrams and terms:
            wanted = " AND ".join(f'"{term}"' for term in terms if term[0] != "-")
            left = "".join(f' NOT "{term[1:]}"' for term in terms if term[0] == "-")
            return "words WHERE words MATCH ?", [wanted + left]
        said = [f"said {'NOT ' * (term[0] == '-')}LIKE ?" for term in terms]
        return f"listing WHERE {' AND '.join(said) or '1'}", [f"%{term.removeprefix('-')}%" for term in terms]


class Default:
    """Elasticsearch as it comes: its default analyzer, every term wanted."""

    def __init__(self, url: str, city: City):
        self.url, self.name = url.rstrip("/"), f"default-{os.getpid()}-{city.count}"
        fields = {name: {"type": "keyword"} for name in FACETS}
        self._call("PUT", f"/{self.name}", {"mappings": {"properties": {"said": {"type": "text"}, **fields}}})
        lines: list[str] = []
        for number, (said, facets) in enumerate(zip(city.texts(), city.facets(), strict=True)):
            lines.append(json.dumps({"index": {"_id": number}}))
            lines.append(json.dumps({"said": " ".join(said), **dict(zip(FACETS, facets, strict=True))}))
            if len(lines) >= 10_000 or number + 1 == city.count:
                self._call("POST", f"/{self.name}/_bulk", "\n".join([*lines, ""]))
                lines = []
        self._call("POST", f"/{self.name}/_refresh", "")

    def ask(self, typed: str) -> None:
        counted = {name: {"terms": {"field": name, "size": 1_000}} for name in FACETS}
        self._search(typed, {"size": 20, "aggs": counted, "track_total_hits": True})

    def found(self, typed: str) -> set[int]:
        return {int(hit["_id"]) for hit in self._search(typed, {"size": 10_000, "_source": False})["hits"]["hits"]}

    def _search(self, typed: str, more: dict[str, Any]) -> Any:
        asked = {"simple_query_string": {"query": typed, "fields": ["said"], "default_operator": "and"}}
        return self._call("POST", f"/{self.name}/_search", {"query": asked if typed else {"match_all": {}}, **more})

    def _call(self, verb: str, path: str, told: Any) -> Any:
        body = (told if isinstance(told, str) else json.dumps(told)).encode() or None
        kind = {"Content-Type": "application/x-ndjson" if isinstance(told, str) else "application/json"}
        with urlopen(Request(self.url + path, body, kind, method=verb), timeout=120) as answer:
            return json.load(answer)


# -- the run --------------------------------------------------------------------------------------------------------


class Line(NamedTuple):
    name: str
    p50: float
    p99: float
    recall: float
    precision: float


def quality(found: Callable[[str], set[int]], city: City) -> tuple[float, float]:
    """Recall and precision, each the mean over the queries that mean something."""
    recall, precision = [], []
    for asked in ASKED:
        there = city.truth(asked)
        if not asked.means or not 0 < len(there) <= 10_000:
            continue
        got = found(asked.typed)
        recall.append(len(got & there) / len(there))
        precision.append(len(got & there) / len(got) if got else 1.0)
    return sum(recall) / len(recall), sum(precision) / len(precision)


def measure(
    name: str, engine: Engine, other: Engine, city: City, known: Lexicon, *, wall: bool, tell: Callable[[], None]
) -> tuple[Line, bool]:
    """Build, ask and put; print the figures, and what else there is to `tell` of the full index. Also whether they are
    within the aims."""
    floor = floor_ms()
    building, asking = Times(), Times()
    building.of(lambda: engine.rebuild(city.documents()))
    for asked in questions(city, known, 30):
        engine.find(asked)
    for asked in questions(city, known, ROUNDS):
        asking.of(lambda asked=asked: engine.find(asked))
    fresh = fresh_ms(engine, other, city)
    floor = (floor + floor_ms()) / 2
    usual = USUAL_FLOOR / floor
    times = asking.wall if wall else asking.cpu
    p50, p99, built = percentile(times, 50), percentile(times, 99), (building.wall if wall else building.cpu)[0]
    print(f"{name}: floor (sorting 100,000 digests) {floor:.0f} ms of the processor; at a floor of {USUAL_FLOOR} ms:")
    print(f"  rebuild {city.count:,} documents {built / 1000 * usual:8.1f} s, {built / floor:,.0f} floors")
    for which, took in ((50, p50), (99, p99)):
        on_wall = f"on the wall {percentile(asking.wall, which):.1f} ms"
        print(f"  find p{which} {took * usual:8.2f} ms, {took / floor:.3f} floors; {on_wall}")
    told = ", ".join(f"p{which} {percentile(fresh, which):.1f} ms" for which in (50, 99))
    print(f"  put, then found by another: {told} on the wall")
    tell()
    small = City(min(JUDGED, city.count))
    engine.rebuild(small.documents())
    recall, precision = quality(lambda typed: _keys(engine, typed, known), small)
    within = built * usual / 1000 <= AIM_REBUILD or wall
    within &= p50 * usual <= (AIM_ELASTIC if wall else AIM_P50) and (wall or p99 * usual <= AIM_P99)
    within &= percentile(fresh, 99) <= AIM_FRESH * 1000
    return Line(name, p50 * usual, p99 * usual, recall, precision), bool(within)


def _keys(engine: Engine, typed: str, known: Lexicon) -> set[int]:
    return {int(key.split(":")[1]) for key in engine.find(question(parse(typed, known), limit=10_000)).keys}


def compare(name: str, make: Callable[[City], Any], city: City, *, wall: bool = False) -> Line:
    """The same queries, not narrowed, to another one."""
    floor, asking = floor_ms(), Times()
    other = make(city)
    for asked in Random(7).choices(ASKED, [each.weight for each in ASKED], k=SLOW_ROUNDS):
        asking.of(lambda asked=asked: other.ask(asked.typed))
    usual, times = USUAL_FLOOR / ((floor + floor_ms()) / 2), asking.wall if wall else asking.cpu
    small = City(min(JUDGED, city.count))
    recall, precision = quality(make(small).found, small)
    return Line(name, percentile(times, 50) * usual, percentile(times, 99) * usual, recall, precision)


def table(lines: Sequence[Line]) -> None:
    """For the README."""
    print("\n| | p50 ms | p99 ms | recall | precision |\n|---|---:|---:|---:|---:|")
    for line in lines:
        print(f"| {line.name} | {line.p50:,.1f} | {line.p99:,.1f} | {line.recall:.3f} | {line.precision:.3f} |")


def tell_size(index: Path) -> None:
    size = sum(path.stat().st_size for path in index.iterdir())
    with get_context("spawn").Pool(1) as process:
        memory = process.apply(memory_of, (index,))
    print(f"  index {size >> 20:,} MB on disk, {memory:,} MB of memory in each process that asks")


def tell_indices(url: str) -> None:
    with urlopen(f"{url.rstrip('/')}/_cat/indices?h=index,docs.count,store.size", timeout=30) as answer:
        print(f"  {answer.read().decode().strip()}")


def main() -> None:
    city, known, url = City(LISTINGS), lexicon(), os.environ.get("SEARCH_URL", "")
    with TemporaryDirectory() as name:
        folder = Path(name)
        index = folder / "index"
        embedded = Embedded(index, INDEX)
        line, good = measure(
            "embedded", embedded, Embedded(index, INDEX), city, known, wall=False, tell=lambda: tell_size(index)
        )
        lines = [line]
        if url:
            from search.connect import connect

            one, other = connect(url, INDEX), connect(url, INDEX)
            line, also = measure("Elasticsearch", one, other, city, known, wall=True, tell=lambda: tell_indices(url))
            lines, good = [*lines, line], good and also
        for place, (told, trigrams) in enumerate((("LIKE", False), ("FTS5 trigram", True))):
            made = (folder / f"{place}-{count}.sqlite" for count in range(9))
            lines.append(compare(told, lambda of, made=made, trigrams=trigrams: Tables(next(made), of, trigrams), city))
        if url:
            lines.append(compare("Elasticsearch, default analyzer", lambda of: Default(url, of), city, wall=True))
    table(lines)
    if not good:
        sys.exit("slower than it should be")


if __name__ == "__main__":
    main()
