"""What an engine is asked and what it answers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from search.fields import Document, Index
from search.query import Query

RELEVANCE = "relevance"


PLACE = re.compile(r"[0-9A-Za-z._~+/=-]{1,200}")


def is_place(after: str) -> bool:
    """Whether this may be where an answer ended. Engines take any such text, and begin anew where it is none."""
    return PLACE.fullmatch(after) is not None


class Unavailable(Exception):
    """The engine does not answer now, or has no index."""


@dataclass(frozen=True)
class Question:
    """`audiences` are those the viewer belongs to: only what one of them may find is found, counted or suggested.

    `narrowed` keeps what has one of the values of each field named. `sort` is "relevance", a number or a moment of the
    index, descending with "-" before it. `after` goes on where an answer ended. Equals stand in an order that `salt`
    shuffles. `now` is when it is asked: what is fresh depends on it. `since` keeps what has a moment `fresh_by` of the
    index's ranking after it."""

    query: Query
    audiences: frozenset[str]
    now: datetime
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted: tuple[str, ...] = ()
    sort: str = RELEVANCE
    limit: int = 20
    after: str = ""
    salt: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Found:
    """`keys` of one page, in order; how many there are in `total`; how many have each value of a facet or tree counted,
    each counted as if it were not narrowed by itself. `after` asks for the next page, empty when this is the last."""

    keys: list[str]
    total: int
    facets: dict[str, dict[str, int]]
    after: str = ""


class Engine(Protocol):
    """One index, kept and asked. Every call may raise `Unavailable`, after a bounded time."""

    index: Index

    def find(self, question: Question) -> Found: ...

    def put(self, documents: Iterable[Document]) -> None:
        """Say anew what these things are, or that they are gone; what is known in a later version stays."""

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Build anew beside the present index, which goes on answering, and take its place. What is `put` meanwhile
        stands in the new one too. How many documents it holds."""

    def digests(self) -> Iterator[tuple[str, int]]:
        """Each key that is there, with the digest of its document."""

    def ready(self) -> bool:
        """Whether there is an index with the present fields and tokens."""
