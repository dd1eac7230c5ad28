"""Whether the right things stand first: two hundred queries judged by hand over a small city."""

from collections.abc import Callable

from search.fields import Index
from search.lexicon import Lexicon
from search.query import corrected, nearest, parse
from search.question import Engine, Found, Question
from tests.search.corpus import rows
from tests.search.judged import lexicon, ndcg, queries, things
from tests.search.market import EVERYONE, MARKET, NOW

AIM, LEAST = 0.95, 0.5  # of all together, and of each
NAMED = {row["code"]: row["name"] for name in ("items.csv", "certificates.csv", "sectors.csv") for row in rows(name)}
NAMED |= {code: NAMED[code] + row["deliverable"] for row in rows("items.csv") for code in [row["code"]]}


def asked(market: Engine, typed: str, known: Lexicon) -> Found:
    """What a page shows first: what is found, else what was probably meant, else the nearest."""
    query = parse(typed, known)
    other = corrected(query, known)
    ways = [query, *([other] if other else []), *[parse(less, known) for less in nearest(query, known)]]
    for way in ways:
        found = market.find(Question(way, EVERYONE, NOW, limit=10))
        if found.total:
            return found
    return found


def test_what_is_asked_for_stands_first(engine: Callable[[Index], Engine]) -> None:
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
