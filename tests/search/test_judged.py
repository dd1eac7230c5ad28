"""Whether the right things stand first: two hundred queries judged by hand over a small city."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from search.embedded import Embedded
from search.fields import Index
from search.lexicon import Lexicon
from search.query import Query, nearest, otherwise, parse
from search.question import Engine, Found, Question
from tests.search.corpus import rows
from tests.search.judged import lexicon, ndcg, queries, things
from tests.search.market import EVERYONE, MARKET, NOW

AIM, LEAST = 0.95, 0.5  # of all together, and of each
Made = Callable[[Index], Engine]
Scale = Callable[[int, int], int]
NAMED = {row["code"]: row["name"] for name in ("items.csv", "certificates.csv", "sectors.csv") for row in rows(name)}
NAMED |= {code: NAMED[code] + row["deliverable"] for row in rows("items.csv") for code in [row["code"]]}


def asked(market: Engine, typed: str, known: Lexicon) -> Found:
    """What a page shows first: what is found, else what was probably meant, else the nearest."""
    found = Found([], 0, {})
    for way in ways(typed, known):
        found = found if found.total else market.find(Question(way, EVERYONE, NOW, limit=10))
    return found


def ways(typed: str, known: Lexicon) -> list[Query]:
    query = parse(typed, known)
    return [query, *otherwise(query, known), *[parse(less, known) for less in nearest(query, known)]]


@pytest.mark.soak
def test_both_engines_find_and_count_the_same(tmp_path: Path, on_elasticsearch: Made, at_scale: Scale) -> None:
    """For every query; at full size for its other readings too, and narrowed."""
    one, other = Embedded(tmp_path, MARKET), on_elasticsearch(MARKET)
    for engine in (one, other):
        engine.rebuild(things())
    known, narrowings = lexicon(), ({}, {"kind": ("listing", "job")})[: at_scale(1, 2)]
    for typed in queries():
        for way, narrowed in product(ways(typed, known)[: at_scale(1, 9)], narrowings):
            question = Question(way, EVERYONE, NOW, narrowed, ("kind", "district"), limit=1_000)
            left, right = one.find(question), other.find(question)
            assert (set(left.keys), left.total, left.facets) == (set(right.keys), right.total, right.facets), typed
            assert len(left.keys) == left.total


def test_what_is_asked_for_stands_first(engine: Made) -> None:
    market, known, judged = engine(MARKET), lexicon(), queries()
    assert len(judged) >= 200 and all(judged.values())
    market.rebuild(things())
    found = {typed: asked(market, typed, known) for typed in judged}
    gained = {typed: ndcg(found[typed].keys, grades) for typed, grades in judged.items()}
    poor = {typed: (round(gain, 2), found[typed].keys) for typed, gain in gained.items() if gain < LEAST}
    assert not poor
    assert sum(gained.values()) / len(gained) >= AIM


def test_the_shipped_words_are_known_to_the_catalogue() -> None:
    groups = [(row["words"].split("|"), row["source"]) for row in rows("synonyms.csv")]
    said = "\n".join([*NAMED.values(), *(row["approval"] + row["legal_basis"] for row in rows("items.csv"))])
    assert len(groups) >= 60
    for words, source in groups:
        assert len(words) > 1 and source and len(set(words)) == len(words), words
        assert any(word.strip("<") in said for word in words), words
        assert source == "ours" or source.endswith(("法", "条例", "办法")) or source in NAMED, words
        assert source not in NAMED or any(word.strip("<") in NAMED[source] for word in words), words


def test_no_word_stands_in_two_groups() -> None:
    words = [word for row in rows("synonyms.csv") for word in row["words"].split("|") if not word.startswith("<")]
    assert len(words) == len(set(words))
