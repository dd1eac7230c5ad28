"""Keeping the summary of the ratings: after each rating that begins or ceases to count, monthly, and from nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.infra.db import session
from app.infra.outbox import enqueue
from app.infra.record import Event, record
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.scores import Figure, Sums, figure, market_mean, month_of
from app.kernel.workdays import HERE, local_day
from app.ratings.models import Rating, ratings_of
from app.ratings.rules import Side
from app.scores.models import (
    COUNTING,
    SUMS,
    Cell,
    Market,
    MarketTally,
    Score,
    Tally,
    all_counted,
    counted,
    law_of,
    markets,
    ratings_in,
    sums_by_month,
)

BATCH = 5000


def count(act: Act, event_id: int) -> None:
    """Reaction: ratings of a job were published, or one was set aside or counts again. Safe to run twice: each cell is
    summed anew from its ratings."""
    event = session.get_one(Event, event_id)
    thing: Any = Rating if event.name.startswith("rating.") else Job
    row = session.get_one(thing, event.subject_id)
    turn(act)
    known = markets()
    for rating in [row] if thing is Rating else ratings_of(row.id):
        cell = Cell(rating.side, rating.about_id, rating.job.item_id, rating.month)
        _sum_up(cell)
        _mark(cell)
        _publish(act, known[rating.side], cell)


def turn(act: Act) -> None:
    """Bring all scores to the month of `act.now` if they are of an earlier one, and plan the next turn."""
    month, known = month_of(local_day(act.now)), markets()
    for side in Side:
        if side not in known:
            session.add(market := Market(side=side, month=0, mean=0))
            session.flush()
            known[side] = market
    late = [market for market in known.values() if market.month < month]
    for market in late:
        market.month = month
        publish_all(act, market)
    if late:
        ahead = local_day(act.now).replace(year=(month + 1) // 12, month=(month + 1) % 12 + 1, day=1)
        enqueue(act, "scores.turn", at=datetime.combine(ahead, time(), HERE))


def rebuild(act: Act) -> None:
    """Make the whole summary anew from the ratings themselves."""
    turn(act)
    known = markets()
    for table in (Tally, MarketTally):
        session.execute(delete(table))
    totals: dict[tuple[str, int], Sums] = {}
    for rows in _batches(all_counted()):
        lines = [
            dict(zip(("side", "unit_id", "item_id", "month", *SUMS), (*row[:4], *map(int, row[4:])), strict=True))
            for row in rows
        ]
        session.execute(insert(Tally), lines)
        for line in lines:
            key = line["side"], line["month"]
            totals[key] = totals.get(key, Sums()) + Sums(*(line[name] for name in SUMS))
    for (side, month), sums in totals.items():
        session.add(MarketTally(side=side, month=month, **asdict(sums)))
    counts = select(Rating.id).join(Rating.job).where(*COUNTING)
    session.execute(update(Rating).values(tallied=Rating.id.in_(counts)).execution_options(synchronize_session=False))
    session.flush()
    for market in known.values():
        publish_all(act, market)


def _sum_up(cell: Cell) -> None:
    """Write the sums of a cell, and what they changed of the market's."""
    sums, at = counted(cell), (Tally.unit_id == cell.unit_id, Tally.item_id == cell.item_id, Tally.month == cell.month)
    held = session.scalar(select(Tally).where(*at))
    if held is None:
        session.add(held := Tally(**asdict(cell), **asdict(Sums())))
    here = (MarketTally.side == cell.side, MarketTally.month == cell.month)
    whole = session.scalar(select(MarketTally).where(*here))
    if whole is None:
        session.add(whole := MarketTally(side=cell.side, month=cell.month, **asdict(Sums())))
    for name, value in asdict(sums).items():
        setattr(whole, name, getattr(whole, name) + value - getattr(held, name))
        setattr(held, name, value)
    if not sums.count:
        session.expunge(held) if held in session.new else session.delete(held)
    session.flush()


def _mark(cell: Cell) -> None:
    """Note on the ratings of a cell which the summary counts."""
    for rating in session.scalars(select(Rating).join(Rating.job).where(*ratings_in(cell))):
        rating.tallied = False
    for rating in session.scalars(select(Rating).join(Rating.job).where(*ratings_in(cell), *COUNTING)):
        rating.tallied = True
    session.flush()


def _publish(act: Act, market: Market, cell: Cell) -> None:
    """The scores of a unit after a cell of it changed; all of them, when the market's mean moved with it."""
    mean = _mean(market)
    if mean != market.mean:
        publish_all(act, market)
        return
    rows = list(session.scalars(select(Tally).where(Tally.unit_id == cell.unit_id)))
    for item_id in _scopes(market, cell.item_id):
        own = [row for row in rows if item_id in (None, row.item_id)]
        session.execute(delete(Score).where(Score.unit_id == cell.unit_id, Score.item_id == item_id))
        if own:
            known = {"side": cell.side, "unit_id": cell.unit_id, "item_id": item_id}
            session.execute(insert(Score).values(**known, **asdict(_figure(own, market))))


def publish_all(act: Act, market: Market) -> None:
    """Every score that a side gives, by the market's month and mean."""
    market.mean = _mean(market)
    session.flush()
    session.execute(delete(Score).where(Score.side == market.side))
    query = select(Tally).where(Tally.side == market.side).order_by(Tally.unit_id, Tally.item_id)
    rows = session.execute(query.with_only_columns(*Tally.__table__.columns)).yield_per(BATCH)
    for lines in _batches(_lines(market, rows)):
        session.execute(insert(Score), lines)
    record(act, "market.score", market, month=market.month)


def _lines(market: Market, rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for unit_id, own in groupby(rows, key=lambda row: row.unit_id):
        every = list(own)
        scopes: dict[int | None, list[Any]] = {None: every}
        for row in every:
            for item_id in _scopes(market, row.item_id)[1:]:
                scopes.setdefault(item_id, []).append(row)
        for item_id, some in scopes.items():
            known = {"side": market.side, "unit_id": unit_id, "item_id": item_id}
            yield known | asdict(_figure(some, market))


def _scopes(market: Market, item_id: int) -> tuple[int | None, ...]:
    """What a rating counts for: over all and, of an agency, for the item."""
    return (None, item_id) if market.side == Side.OWNER else (None,)


def _figure(rows: Iterable[Any], market: Market) -> Figure:
    return figure(sums_by_month(rows), market.month, market.mean, law_of(market.month))


def _mean(market: Market) -> int:
    rows = session.scalars(select(MarketTally).where(MarketTally.side == market.side))
    return market_mean(sums_by_month(rows), market.month, law_of(market.month))


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
