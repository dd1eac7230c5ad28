"""Asking the index as a person does: the words understood, letters sounded out, what is near when nothing is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from zlib import crc32

from app.finding.models import lexicon
from app.finding.rules import FACETS, SORTS
from app.infra.searched import audiences_of, engine
from app.kernel.act import Actor
from app.kernel.errors import Invalid
from app.kernel.words import N_
from app.kernel.workdays import local_day
from search.lexicon import Lexicon
from search.query import LONGEST, Query, nearest, otherwise, parse
from search.question import RELEVANCE, Found, Question, Unavailable, is_place

PAGE = 20
NEAREST = 5
ASKED_NEAR = 24  # at most so many are tried
VALUES = 20  # of one facet, at most


@dataclass(frozen=True)
class Asked:
    """A search as its address says it. `narrowed` has for each facet the values that may be; `after` goes on where a
    page ended; `since` keeps what is newer."""

    text: str = ""
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = RELEVANCE
    after: str = ""
    since: datetime | None = None

    @classmethod
    def read(cls, address: str) -> "Asked":
        """Read what follows the question mark of an address."""
        return cls.of(parse_qsl(address))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Asked":
        """What pairs of a name and a value ask for; what means nothing is left out."""
        told: dict[str, str] = {}
        narrowed: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if name in FACETS and value and value not in narrowed.get(name, ()):
                narrowed[name] = (*narrowed.get(name, ()), value)[:VALUES]
            else:
                told[name] = value
        sort = told.get("sort", RELEVANCE)
        text = told.get("q", "").replace("\0", " ").strip()
        since = _instant(told.get("since", ""))
        return cls(text, narrowed, sort if sort in SORTS else RELEVANCE, told.get("after", ""), since)

    def address(self, **other: object) -> str:
        """What follows the question mark of the address of this search, or of one that differs so; the first page."""
        asked = replace(self, **{"after": "", **other})  # type: ignore[arg-type]
        pairs = [("q", asked.text)] if asked.text else []
        pairs += [(name, value) for name in FACETS for value in asked.narrowed.get(name, ())]
        pairs += [("sort", asked.sort)] if asked.sort != RELEVANCE else []
        pairs += [("since", asked.since.isoformat())] if asked.since else []
        pairs += [("after", asked.after)] if asked.after else []
        return urlencode(pairs)

    def toggled(self, facet: str, value: str) -> str:
        """The address with one value of a facet more, or less."""
        chosen = self.narrowed.get(facet, ())
        values = tuple(one for one in chosen if one != value) if value in chosen else (*chosen, value)
        return self.address(narrowed={**self.narrowed, facet: values})


@dataclass(frozen=True)
class Answer:
    """What was found, for a query as it was understood. `near` are other words with how much they find, told when
    nothing was found."""

    query: Query
    found: Found
    near: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        return self.found.total


def ask(
    asked: Asked, actor: Actor, now: datetime, *, limit: int = PAGE, since: datetime | None = None, bare: bool = False
) -> Answer:
    """Ask as an actor, who finds what their audiences may find. What finds nothing is read otherwise: what was written
    together as words apart, letters that nothing sounds like as the nearest known word. `bare` leaves out what a page
    tells beside the hits: facets, and what is near. Raises `Invalid` for words that cannot be asked, `Unavailable` when
    no engine answers."""
    if wrong := problem(asked):
        raise Invalid(wrong, field="q")
    words = lexicon()
    query = parse(asked.text, words)
    question = Question(
        query=query,
        audiences=audiences_of(actor),
        now=now,
        narrowed=asked.narrowed,
        counted=() if bare else tuple(FACETS),
        sort=asked.sort,
        limit=limit,
        after=asked.after,
        salt=crc32(local_day(now).isoformat().encode()),
        since=since or asked.since,
    )
    found = engine().find(question)
    if found.total:
        return Answer(query, found)
    meant = _meant(question, words)
    if meant is None:
        return Answer(query, found, () if bare else _near(question))
    return Answer(meant, found if meant is query else engine().find(replace(question, query=meant)))


def answered(asked: Asked, actor: Actor, now: datetime) -> Answer | None:
    """The answer; None when no engine answers."""
    try:
        return ask(asked, actor, now)
    except Unavailable:
        return None


def suggested(text: str, actor: Actor, now: datetime, limit: int) -> list[str]:
    """The keys of what the words typed so far may mean; none while nothing is asked or no engine answers."""
    asked = Asked(text, {"kind": ("item", "agency", "job")})
    if not text or problem(asked):
        return []
    try:
        return ask(asked, actor, now, limit=limit, bare=True).found.keys
    except Unavailable:
        return []


def problem(asked: Asked) -> str | None:
    """Why words cannot be asked, as an English msgid that says what to do; None when they can."""
    if len(asked.text) > LONGEST:
        return N_("Search for at most 200 characters.")
    query = parse(asked.text)
    if asked.text and not query.terms and not query.without:
        return N_("Type a word, a name, a code or a number to search for.")
    if asked.after and not is_place(asked.after):
        return N_("This page of the results is not known. Begin with the first.")
    return None


def _meant(question: Question, words: Lexicon) -> Query | None:
    """The first reading of a query under which anything at all is found; None when there is none. What it is narrowed
    to does not decide what its words mean."""
    query = question.query
    bare = replace(question, narrowed={}, since=None, counted=(), after="", limit=1)
    if bare != replace(question, counted=(), after="", limit=1) and engine().find(bare).total:
        return query
    readings = otherwise(query, words)
    return next((other for other in readings if engine().find(replace(bare, query=other)).total), None)


def _near(question: Question) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for text in nearest(question.query, lexicon())[:ASKED_NEAR]:
        if any(text in known for known, _ in found):
            continue
        near = engine().find(replace(question, query=parse(text, lexicon()), limit=1, counted=(), narrowed={}))
        if near.total:
            found.append((text, near.total))
        if len(found) == NEAREST:
            break
    return tuple(found)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
