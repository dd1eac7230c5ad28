"""The index of the market: its fields, who belongs to which audience, and how features tell what stands in it.

A feature says in its `documents.py` how its rows look (a `Source`); the engine answers with keys alone, whose rows are
read again and checked again before anybody sees them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.infra.db import Row, session
from app.infra.outbox import enqueue
from app.infra.record import Event
from app.kernel.act import Act, Actor, Kind
from search.connect import connect
from search.fields import Code, Document, Facet, Index, Moment, Number, Ranking, Text, Tree
from search.question import Engine, Unavailable

# What stands for its own kind comes before what names it; a job is at its freshest for about a month (defaults).
RANKING = Ranking(
    favour_by="kind",
    favour={"item": 4.0, "agency": 2.0, "job": 1.5, "listing": 1.0, "notice": 0.75},
    fresh_by="at",
    fresh_for={"job": 30.0, "notice": 30.0},
    lowered_by="lowered",
)
MARKET = Index(
    "market",
    2,
    RANKING,
    code=Code(),
    title=Text(8, sounds=True),
    names=Text(4, sounds=True),
    place=Text(2, sounds=True),
    body=Text(1),
    kind=Facet(),
    item=Facet(),
    stage=Facet(),
    district=Tree(),
    state=Facet(),
    method=Facet(),
    price_band=Facet(),
    days_band=Facet(),
    rating_band=Facet(),
    price=Number(),
    days=Number(),
    rating=Number(),
    lowered=Number(),
    at=Moment(),
)
EVERYONE = "everyone"
NOTHING: Mapping[str, Any] = dict.fromkeys(MARKET.fields)
BATCH = 2_000

Told = tuple[int, frozenset[str], Mapping[str, Any]]

_held: dict[str, Engine] = {}
_sources: list["Source"] = []


@dataclass(frozen=True)
class Source:
    """One kind of thing that is found. `model` is its row, `prefix` begins its keys. `tell` gives, for ids of rows, the
    id, the audiences and the filled fields of each that is to be found by anybody; `concerned` gives the ids of the
    rows that an event may have changed, by the event's name or by what its name begins with; `turned` those that look
    other on a day than on an earlier one, the earlier one first, although nothing happened to them."""

    prefix: str
    model: type[Row]
    tell: Callable[[Collection[int], datetime], Iterable[Told]]
    concerned: Mapping[str, Callable[[Event], Collection[int]]]
    turned: Callable[[date, date], Collection[int]] = lambda before, today: ()


def plug(place: str, found: Iterable[Source]) -> None:
    """Say what is found, and where the index is kept: in a folder, or on the server at an address; "off" keeps none."""
    _sources[:] = found
    use(None if place == "off" else connect(place, MARKET))


def use(engine: Engine | None) -> None:
    """Ask this engine from now on, or none."""
    _held.clear()
    if engine:
        _held["engine"] = engine


def sources() -> list[Source]:
    return _sources


def is_on() -> bool:
    return bool(_held)


def engine() -> Engine:
    """The engine; `Unavailable` when the search is switched off."""
    if not _held:
        raise Unavailable("the search is switched off")
    return _held["engine"]


def documents(source: Source, ids: Collection[int], now: datetime) -> Iterator[Document]:
    """How these rows are to be found, those that are gone, or that nobody may find, as gone."""
    version = newest_version()
    told = {id: (audiences, values) for id, audiences, values in source.tell(ids, now)}
    for id in ids:
        audiences, values = told.get(id, (frozenset[str](), None))
        yield Document(f"{source.prefix}:{id}", version, audiences, values)


def everything(sources: Iterable[Source], now: datetime) -> Iterator[Document]:
    """How all is to be found."""
    for source in sources:
        last = 0
        while ids := _after(source.model, last):
            yield from (each for each in documents(source, ids, now) if each.values is not None)
            last = ids[-1]


def changed(act: Act, prefix: str, ids: Collection[int]) -> None:
    """Let these rows of a source be written anew soon: for what no event is about."""
    if is_on() and ids:
        enqueue(act, "finding.write", prefix=prefix, ids=sorted(ids))


def newest_version() -> int:
    """The version of what is read now: the last event that this transaction sees."""
    return session.scalar(select(func.max(Event.id))) or 0


def _after(model: type[Row], last: int) -> list[int]:
    return list(session.scalars(select(model.id).where(model.id > last).order_by(model.id).limit(BATCH)))


def filled(**values: Any) -> Mapping[str, Any]:
    """The fields of a document; those not named are empty."""
    return {**NOTHING, "lowered": 0, **values}


def follows(source: Source, name: str) -> bool:
    """Whether a source looks at events of a name."""
    return any(name.startswith(begins) for begins in source.concerned)


def changed_by(source: Source, event: Event) -> set[int]:
    """The ids of the rows of a source that an event may have changed."""
    asked = [concerned for begins, concerned in source.concerned.items() if event.name.startswith(begins)]
    return {id for concerned in asked for id in concerned(event)}


def parse_key(key: str) -> tuple[str, int]:
    prefix, _, id = key.rpartition(":")
    return prefix, int(id)


def audiences_of(actor: Actor) -> frozenset[str]:
    """The audiences that an actor belongs to."""
    known = {EVERYONE}
    if actor.unit_id is not None:
        known |= {
            unit(actor.unit_id),
            unit(actor.unit_id, actor.role or ""),
            person(actor.user_id or 0, actor.unit_id),
        }
    if actor.kind == Kind.OPERATOR:
        known.add(Kind.OPERATOR)
    if actor.kind == Kind.REGULATOR and actor.sector:
        known.add(regulator(actor.sector))
    return frozenset(known)


def unit(id: int, role: str = "") -> str:
    """The members of a unit, or those with a role in it."""
    return f"unit:{id}:{role}" if role else f"unit:{id}"


def person(user_id: int, unit_id: int) -> str:
    """A person acting for a unit."""
    return f"person:{user_id}:{unit_id}"


def regulator(sector: str) -> str:
    """The regulators of a sector."""
    return f"regulator:{sector}"


# Bands by which results are narrowed: the first band whose end is not passed (working days; yuan; points out of 5).
DAYS_BANDS = (("1-5", 5), ("6-10", 10), ("11-20", 20), ("21-", 10**9))
PRICE_BANDS = (("-1", 1), ("1-5", 5), ("5-10", 10), ("10-50", 50), ("50-", 10**9))  # ten thousand yuan
RATING_BANDS = (("4.5-", 4_500_000), ("4-4.5", 4_000_000), ("3-4", 3_000_000), ("-3", 0))


def days_band(days: int | None) -> str | None:
    return None if days is None else next(name for name, most in DAYS_BANDS if days <= most)


def price_band(cents: int | None) -> str | None:
    return None if cents is None else next(name for name, most in PRICE_BANDS if cents <= most * 1_000_000)


def rating_band(millionths: int | None) -> str | None:
    """By the score in millionths of a point; none where it is not known."""
    return None if millionths is None else next(name for name, least in RATING_BANDS if millionths >= least)
