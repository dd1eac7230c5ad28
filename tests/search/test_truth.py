"""What is found is what is there: for every part of every title, all the titles that hold it and no other."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from search.embedded import Embedded
from search.fields import Index
from search.query import LONGEST, otherwise, parse
from search.question import Engine, Question
from tests.search import fuzz
from tests.search.corpus import folded_titles, holds, parts
from tests.search.judged import things
from tests.search.market import EVERYONE, MARKET, NOW, keys, thing
from tests.search.test_lexicon import FIELD

TITLES = folded_titles()


def test_the_corpus_is_as_large_as_is_said() -> None:
    assert len(TITLES) >= 2_000
    assert sum(1 for folded in TITLES.values() for _ in parts(folded)) > 100_000


@pytest.mark.soak
def test_recall_and_precision_are_one(engine: Callable[[Index], Engine], at_scale: Callable[[int, int], int]) -> None:
    asked = sorted({part for folded in TITLES.values() for part in parts(folded)})
    Random(6).shuffle(asked)
    market = engine(MARKET)
    market.rebuild(thing(title, title) for title in TITLES)
    wrong = {}
    for part in asked[: at_scale(300, len(asked))]:
        stands = holds(part)
        there = {title for title, folded in TITLES.items() if stands(folded)}
        plain = part.isalnum() and not part.isascii() and not any(map(str.isascii, part))
        found = keys(market, part if plain else f'"{part}"')
        if found != there:
            wrong[part] = (sorted(found - there)[:3], sorted(there - found)[:3])
    assert not wrong


@pytest.mark.soak
def test_both_engines_find_the_same_whatever_is_typed(
    tmp_path: Path, on_elasticsearch: Callable[[Index], Engine], at_scale: Callable[[int, int], int]
) -> None:
    one, other, chance = Embedded(tmp_path, MARKET), on_elasticsearch(MARKET), Random(7)
    documents = [*things(), *(thing(str(place), fuzz.typed(chance), code="a-7") for place in range(300))]
    for engine in (one, other):
        engine.rebuild(documents)
    for _ in range(at_scale(25, 10_000)):
        typed = fuzz.typed(chance)
        query = parse(typed[:LONGEST], FIELD)
        for way in (query, *otherwise(query, FIELD)):
            question = Question(way, EVERYONE, NOW, counted=("kind",), limit=1_000)
            left, right = one.find(question), other.find(question)
            assert (set(left.keys), left.total, left.facets) == (set(right.keys), right.total, right.facets), typed
