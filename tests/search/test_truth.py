"""What is found is what is there: for every part of every title, all the titles that hold it and no other."""

from collections.abc import Callable
from random import Random

import pytest

from search.fields import Index
from search.question import Engine
from tests.search.corpus import folded_titles, holds, parts
from tests.search.market import MARKET, keys, thing

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
