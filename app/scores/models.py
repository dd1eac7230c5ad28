"""The maintained summary of the ratings: sums by unit, item and month, and the published scores made from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.accounts.models import Unit, one_of
from app.catalogue.models import Item
from app.infra import almanac
from app.infra.db import Row, run, session
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.scores import Law, Sums
from app.ratings.models import Rating
from app.ratings.rules import RatingState, Side

OVERALL = text("item_id IS NULL")
SUMS = ("count", "total", "squares")


class Tally(Row):
    """The ratings of one unit, for one item and month, that count: how many, and the sums of points and squares."""

    side: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    item_id: Mapped[int] = mapped_column(ForeignKey(Item.id))
    month: Mapped[int]
    count: Mapped[int]
    total: Mapped[int] = mapped_column(BigInteger)
    squares: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("unit_id", "item_id", "month"),)


class MarketTally(Row):
    """The same over all units that one side rates."""

    side: Mapped[str]
    month: Mapped[int]
    count: Mapped[int]
    total: Mapped[int] = mapped_column(BigInteger)
    squares: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("side", "month"),)


class Market(Row):
    """What all scores given by one side stand on: the month they are of, and the mean (hundredths of a point)."""

    side: Mapped[str] = mapped_column(unique=True)
    month: Mapped[int]
    mean: Mapped[int]

    __table_args__ = (CheckConstraint(one_of("side", Side), "known_side"),)


class Score(Row):
    """The published score of a unit, for an item or (item_id None) over all, in millionths of a point; no score while
    there are too few ratings. Read from the top by its lower end."""

    side: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    item_id: Mapped[int | None] = mapped_column(ForeignKey(Item.id))
    count: Mapped[int]
    score: Mapped[int | None]
    lower: Mapped[int | None]
    upper: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("unit_id", "item_id"),
        Index("uq_score_overall", "unit_id", unique=True, sqlite_where=OVERALL, postgresql_where=OVERALL),
        Index("ix_score_rank", "side", "item_id", "lower", "unit_id"),
    )


def law_of(month: int) -> Law:
    """The constants in force on the first day of a month."""
    first = date(month // 12, month % 12 + 1, 1)
    names = ("strength", "spread", "interval", "half_life", "halvings", "least")
    return Law(*(int(almanac.almanac().term(f"rating_{name}", first).value) for name in names))


@dataclass(frozen=True)
class Cell:
    """Which ratings are summed together."""

    side: str
    unit_id: int
    item_id: int
    month: int


COUNTING = (Rating.state == RatingState.GIVEN, Job.state == State.ARCHIVED)
# Of the open data: what the scores count, and what was set aside.
PUBLISHED = Rating.tallied | (Rating.state == RatingState.SET_ASIDE)
ADDED = (func.count(Rating.id), func.sum(Rating.points), func.sum(Rating.points * Rating.points))


def ratings_in(cell: Cell) -> Any:
    """The conditions of the ratings of a cell, joined with their jobs."""
    return (Rating.about_id == cell.unit_id, Rating.month == cell.month, Job.item_id == cell.item_id)


def counted(cell: Cell) -> Sums:
    """The sums of a cell, from the ratings themselves."""
    row = session.execute(select(*ADDED).select_from(Rating).join(Rating.job).where(*ratings_in(cell), *COUNTING)).one()
    return Sums(*(int(each or 0) for each in row))


def all_counted() -> Iterable[Any]:
    """The sums of every cell, from the ratings themselves: rows of side, unit, item, month and the three sums."""
    cell = (Rating.side, Rating.about_id, Job.item_id, Rating.month)
    return session.execute(select(*cell, *ADDED).join(Rating.job).where(*COUNTING).group_by(*cell))


def markets() -> dict[str, Market]:
    """The market of each side, locked in one order."""
    return {row.side: row for row in session.scalars(select(Market).order_by(Market.side).with_for_update())}


def sums_by_month(rows: Iterable[Any]) -> dict[int, Sums]:
    """What rows of tallies add up to, by month."""
    found: dict[int, Sums] = {}
    for row in rows:
        found[row.month] = found.get(row.month, Sums()) + Sums(*(getattr(row, name) for name in SUMS))
    return found


RANKED = (
    select(Unit.id, Unit.name, Score.count, Score.score, Score.lower, Score.upper)
    .join(Unit, Unit.id == Score.unit_id)
    .where(Score.side == Side.OWNER, Score.lower.is_not(None))
    .order_by(Score.lower.desc(), Score.unit_id.desc())
)


def top(item_id: int | None = None, limit: int = 20) -> Sequence[Any]:
    """The agencies that owners rate best, for an item or over all, by the lower end of the interval: one index read."""
    return run(RANKED.where(Score.item_id == item_id).limit(limit)).all()


def rank_of(score: Score) -> int | None:
    """The place of a score among all of its item; None where it is unknown."""
    if score.lower is None:
        return None
    here = (Score.side == score.side, Score.item_id == score.item_id, Score.lower > score.lower)
    return 1 + (session.scalar(select(func.count()).select_from(Score).where(*here)) or 0)


SAME = aliased(Score)
SCORED_TOO = (SAME.side == Score.side, SAME.item_id == Score.item_id, SAME.lower.is_not(None))
AMONG = select(func.count()).select_from(SAME).where(*SCORED_TOO)
BY_ITEM = (
    select(
        Score.item_id, Score.count, Score.score, Score.lower, Score.upper,
        AMONG.scalar_subquery().label("among"),
        (1 + AMONG.where(SAME.lower > Score.lower).scalar_subquery()).label("place"),
    )
    .where(Score.unit_id == bindparam("unit"), Score.item_id.is_not(None))
)  # fmt: skip


def scores_by_item(unit_id: int) -> dict[int, Any]:
    """The scores of an agency by item: rows of count, score, lower, upper, and its place among all that have one."""
    return {row.item_id: row for row in run(BY_ITEM, unit=unit_id)}


def scores_over_all(unit_ids: Sequence[int]) -> Mapping[int, Score]:
    """The score of each unit over all its items, by unit."""
    query = select(Score).where(Score.unit_id.in_(unit_ids), Score.item_id.is_(None))
    return {row.unit_id: row for row in session.scalars(query)}


def month_now() -> int | None:
    """The month that the published scores are of; None before there is any."""
    return session.scalar(select(func.max(Market.month)))


def published() -> list[tuple[Any, ...]]:
    """Every published score as a line of numbers, in one order."""
    columns = (Score.side, Score.unit_id, Score.item_id, Score.count, Score.score, Score.lower, Score.upper)
    return sorted((tuple(row) for row in session.execute(select(*columns))), key=str)
