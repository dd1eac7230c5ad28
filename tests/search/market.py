"""An index as a market has one, and documents of it that say only what a test is about."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from search.fields import Code, Document, Facet, Index, Moment, Number, Ranking, Text, Tree
from search.lexicon import Lexicon
from search.query import NOTHING, parse
from search.question import Engine, Found, Question

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
EVERYONE = frozenset({"everyone"})
MARKET = Index(
    "market",
    1,
    Ranking("kind", {"item": 4}, "at", {"job": 30.0}, "lowered"),
    code=Code(),
    title=Text(8, sounds=True),
    names=Text(4),
    body=Text(1),
    kind=Facet(),
    state=Facet(),
    district=Tree(),
    price=Number(),
    lowered=Number(),
    at=Moment(),
)
NOTHING_SAID = dict.fromkeys(MARKET.fields) | {"title": ""}


def thing(key: str, title: Any = "", version: int = 1, may: Iterable[str] = EVERYONE, **values: Any) -> Document:
    return Document(key, version, frozenset(may), NOTHING_SAID | {"title": title} | values)


def gone(key: str, version: int) -> Document:
    return Document(key, version)


def ask(engine: Engine, typed: str = "", lexicon: Lexicon = NOTHING, **question: Any) -> Found:
    """What everyone finds, unless the question says who asks."""
    asked = {"audiences": EVERYONE, "now": NOW} | question
    return engine.find(Question(parse(typed, lexicon), **asked))


def keys(engine: Engine, typed: str = "", lexicon: Lexicon = NOTHING, **question: Any) -> set[str]:
    return set(ask(engine, typed, lexicon, **{"limit": 10_000} | question).keys)
