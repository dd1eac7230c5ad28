"""The open data of the ratings, from which strangers recompute every score (docs/protocols/rating.md)."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby, islice
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import Unit
from app.catalogue.models import Item, Standard
from app.fairness.models import public_code
from app.infra.db import run, session
from app.jobs.models import Job
from app.kernel.scores import FORMAT, VERSION, month_named
from app.kernel.transcript import canonical
from app.ratings.models import AXES, Rating
from app.scores.models import PUBLISHED, Market, Score, law_of

# So many rows are in memory at a time while the open data is written.
CHUNK = 1000
OPEN = (
    select(
        Job.number, Item.code.label("item"), Rating.side, Rating.month, Rating.points, Rating.tallied,
        *(getattr(Rating, axis) for axis in AXES), Rating.set_aside_because, Job.standard_id, Unit.id, Unit.natural,
        Unit.code,
    )
    .join(Job, Job.id == Rating.job_id)
    .join(Item, Item.id == Job.item_id)
    .join(Unit, Unit.id == Rating.about_id)
    .where(PUBLISHED)
    .order_by(func.length(Job.number), Job.number, Rating.side)
    .execution_options(yield_per=CHUNK)
)  # fmt: skip
FIGURES = ("count", "score", "lower", "upper")
SCORED = (
    select(
        Score.side, Score.item_id, *(getattr(Score, name) for name in FIGURES), Item.code.label("item"), Unit.id,
        Unit.natural, Unit.code,
    )
    .join(Unit, Unit.id == Score.unit_id)
    .outerjoin(Item, Item.id == Score.item_id)
    .order_by(Score.side, Score.item_id, Score.lower.is_(None), Score.lower.desc(), Score.unit_id)
    .execution_options(yield_per=CHUNK)
)  # fmt: skip


def open_data() -> Iterator[str]:
    """The file of docs/protocols/rating.md in pieces: every rating that counts or was set aside, and every score made
    of them, one a line. It names firms and no person, and holds no text but the reason why a rating was set aside."""
    known = {row.side: row for row in session.scalars(select(Market))}
    month = max((row.month for row in known.values()), default=None)
    head: dict[str, Any] = {
        "constants": asdict(law_of(month)) if month else None,
        "format": FORMAT,
        "means": {side: row.mean for side, row in known.items()},
        "month": month_named(month) if month else None,
        "ratings": [],
    }
    yield canonical(head).removesuffix("]}") + "\n"
    yield from _listed(_rated())
    yield '],"scores":[\n'
    yield from _listed(_scored())
    yield f'],"version":{VERSION}}}\n'


def _listed(lines: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Lines of a list in JSON, a chunk at a time."""
    before = ""
    while chunk := list(islice(lines, CHUNK)):
        yield before + ",\n".join(map(canonical, chunk))
        before = ",\n"
    yield "\n" if before else ""


def _rated() -> Iterator[dict[str, Any]]:
    axes = session.execute(select(Standard.id, Standard.axes))
    weights = {id: {axis["code"]: axis["weight"] for axis in known if axis["code"] in AXES} for id, known in axes}
    for row in run(OPEN):
        yield {
            "about": public_code(row),
            "counts": row.tallied,
            "item": row.item,
            "job": row.number,
            "marks": {axis: getattr(row, axis) for axis in AXES},
            "month": month_named(row.month),
            "points": row.points,
            "set_aside": None if row.tallied else row.set_aside_because,
            "side": row.side,
            "weights": weights[row.standard_id],
        }


def _scored() -> Iterator[dict[str, Any]]:
    """The scores with their places, the first of each item first: equals share a place."""
    for _, rows in groupby(run(SCORED), key=lambda row: (row.side, row.item_id)):
        place, lower = 0, None
        for count, row in enumerate(rows, 1):
            place, lower = (place, lower) if row.lower == lower else (count, row.lower)
            known = {"about": public_code(row), "item": row.item, "side": row.side}
            yield known | {"rank": None if lower is None else place} | {name: getattr(row, name) for name in FIGURES}
