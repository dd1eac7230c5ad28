"""How fast the search box is: a million listings, four facets, twenty hits, and queries as people type them.

    python -m bench.search        # embedded; Elasticsearch where Java is, or SEARCH_URL=http://… for a throw-away one

LISTINGS says how many. The queries and how often each is typed stand in `ASKED`; every other one is narrowed by a facet
or two, and each comes on a day of its own, so that no answer is one that was kept. Times are those of the processor,
since the machine is shared: of Elasticsearch its server's and the asker's together, or on the wall when SEARCH_URL
names one. The floor of the same run is sorting a hundred thousand SHA-256 digests. Others are asked the same. Recall
and precision are measured on the first `JUDGED` listings against the words that each query means, looked for character
by character.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple
from urllib.request import urlopen

from bench.elastic import elasticsearch
from bench.listings import ASKED, EVERYONE, FACETS, INDEX, NOW, City, lexicon
from bench.others import Default, Tables
from bench.processes import used_by, worked
from search.elastic import Elastic
from search.embedded import Embedded
from search.fields import Document
from search.lexicon import Lexicon
from search.query import Query, parse
from search.question import Engine, Question

LISTINGS = int(os.environ.get("LISTINGS", 1_000_000))
JUDGED = 20_000
ROUNDS, SLOW_ROUNDS, PUTS = 600, 24, 200
WARM, LONG_WARM = 30, 600  # questions before it is measured; Java compiles what it does often
AIM_P50, AIM_P99, AIM_REBUILD, AIM_FRESH, AIM_ELASTIC = 10, 60, 90, 2, 20
ELASTIC_PATIENCE = 30.0  # seconds for a question: what takes long is measured, too
USUAL_FLOOR = 60  # milliseconds: aims are for a machine with this floor


def questions(city: City, known: Lexicon, count: int, first: int = 0) -> Iterator[Question]:
    """The same mix in every run."""
    chance, parsed = Random(7), {asked.typed: parse(asked.typed, known) for asked in ASKED}
    for day, asked in enumerate(chance.choices(ASKED, [each.weight for each in ASKED], k=count), first):
        narrowed: dict[str, tuple[str, ...]] = {}
        if chance.random() < 0.4:
            narrowed["district"] = (chance.choice(city.places)[-1],)
        if chance.random() < 0.2:
            narrowed["price_band"] = (str(chance.randrange(6)),)
        yield question(parsed[asked.typed], narrowed=narrowed, counted=FACETS, salt=day)


def question(query: Query, **more: Any) -> Question:
    return Question(query, EVERYONE, NOW, **more)


def floor_ms() -> float:
    began = process_time()
    sorted(hashlib.sha256(str(number).encode()).digest() for number in range(100_000))
    return (process_time() - began) * 1000


class Times:
    """Milliseconds of each call, on the processor and on the wall; a `server` on this machine works for them too."""

    def __init__(self, server: int | None = None) -> None:
        self.server = server
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def of(self, call: Callable[[], Any]) -> Any:
        before = self._server()
        cpu, wall = process_time(), perf_counter()
        answer = call()
        cpu, wall = process_time() - cpu, perf_counter() - wall
        self.cpu.append((cpu + max(self._server() - before, 0)) * 1000)
        self.wall.append(wall * 1000)
        return answer

    def _server(self) -> float:
        return worked(self.server) if self.server else 0.0


def percentile(times: list[float], which: int) -> float:
    return quantiles(times, n=100, method="inclusive")[which - 1]


def resident_mb(process: int | str = "self") -> int:
    line = next(each for each in Path(f"/proc/{process}/status").read_text().splitlines() if each.startswith("VmRSS"))
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


class Asked(NamedTuple):
    """An engine to measure, another one on the same index, what there is to tell of the full index, and the process of
    its server; `wall` when that cannot be seen."""

    name: str
    engine: Engine
    other: Engine
    tell: Callable[[], None]
    server: int | None = None
    wall: bool = False


def measure(one: Asked, city: City, known: Lexicon, *, aim: int, warm: int) -> tuple[Line, bool]:
    """Build, ask and put; print the figures. Also whether they are within the aims."""
    floor, asking = floor_ms(), Times(one.server)
    built = _build(one, city)
    for asked in questions(city, known, warm, ROUNDS):
        one.engine.find(asked)
    for asked in questions(city, known, ROUNDS):
        asking.of(partial(one.engine.find, asked))
    fresh = fresh_ms(one.engine, one.other, city)
    floor = (floor + floor_ms()) / 2
    usual = USUAL_FLOOR / floor
    times = asking.wall if one.wall else asking.cpu
    p50, p99 = percentile(times, 50), percentile(times, 99)
    print(
        f"{one.name}: floor (sorting 100,000 digests) {floor:.0f} ms of the processor; at a floor of {USUAL_FLOOR} ms:"
    )
    print(f"  rebuild {city.count:,} documents {built * usual:8.1f} s, {built * 1000 / floor:,.0f} floors")
    for which, took in ((50, p50), (99, p99)):
        on_wall = f"on the wall {percentile(asking.wall, which):.1f} ms"
        print(f"  find p{which} {took * usual:8.2f} ms, {took / floor:.3f} floors; {on_wall}")
    told = ", ".join(f"p{which} {percentile(fresh, which):.1f} ms" for which in (50, 99))
    print(f"  put, then found by another: {told} on the wall")
    one.tell()
    small = City(min(JUDGED, city.count))
    one.engine.rebuild(small.documents())
    recall, precision = quality(lambda typed: _keys(one.engine, typed, known), small)
    within = p50 * usual <= aim and percentile(fresh, 99) <= AIM_FRESH * 1000
    if isinstance(one.engine, Embedded):
        within &= built * usual <= AIM_REBUILD and p99 * usual <= AIM_P99
    return Line(one.name, p50 * usual, p99 * usual, recall, precision), within


def _build(one: Asked, city: City) -> float:
    """Seconds that it takes to build the index anew."""
    before = used_by(one.server) if one.server else 0.0
    cpu, wall = process_time(), perf_counter()
    one.engine.rebuild(city.documents())
    if one.wall:
        return perf_counter() - wall
    return process_time() - cpu + (used_by(one.server) - before if one.server else 0.0)


def _keys(engine: Engine, typed: str, known: Lexicon) -> set[int]:
    return {int(key.split(":")[1]) for key in engine.find(question(parse(typed, known), limit=10_000)).keys}


def compare(
    name: str, make: Callable[[City], Any], city: City, *, server: int | None = None, wall: bool = False
) -> Line:
    """The same queries, not narrowed, to another one."""
    floor, asking = floor_ms(), Times(server)
    other = make(city)
    for asked in Random(7).choices(ASKED, [each.weight for each in ASKED], k=SLOW_ROUNDS):
        asking.of(partial(other.ask, asked.typed))
    usual, times = USUAL_FLOOR / ((floor + floor_ms()) / 2), asking.wall if wall else asking.cpu
    small = City(min(JUDGED, city.count))
    recall, precision = quality(make(small).found, small)
    print(f"{name}: on the wall p50 {percentile(asking.wall, 50):,.1f} ms, p99 {percentile(asking.wall, 99):,.1f} ms")
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


def tell_indices(url: str, server: int | None) -> None:
    with urlopen(f"{url.rstrip('/')}/_cat/indices?h=index,docs.count,store.size", timeout=30) as answer:
        print(f"  {answer.read().decode().strip()}")
    if server:
        print(f"  the server has {resident_mb(server):,} MB of memory, its heap among them")


def main() -> None:
    city, known = City(LISTINGS), lexicon()
    with TemporaryDirectory() as name, elasticsearch() as (url, server):
        folder = Path(name)
        index = folder / "index"
        one = Asked("embedded", Embedded(index, INDEX), Embedded(index, INDEX), partial(tell_size, index))
        line, good = measure(one, city, known, aim=AIM_P50, warm=WARM)
        lines, wall = [line], server is None
        if url:
            told = partial(tell_indices, url, server)
            engine, other = (Elastic(url, INDEX, asking=ELASTIC_PATIENCE) for _ in range(2))
            one = Asked("Elasticsearch", engine, other, told, server, wall)
            line, also = measure(one, city, known, aim=AIM_ELASTIC, warm=LONG_WARM)
            lines, good = [*lines, line], good and also
        paths = (folder / f"{number}.sqlite" for number in count())
        for each, trigrams in (("`LIKE` over a table", False), ("FTS5 with trigrams", True)):
            lines.append(compare(each, partial(Tables, next(paths), trigrams=trigrams), city))
        if url:
            default = partial(Default, url)
            lines.append(compare("Elasticsearch's default analyzer", default, city, server=server, wall=wall))
    table(lines)
    if not good:
        sys.exit("slower than it should be")


if __name__ == "__main__":
    main()
