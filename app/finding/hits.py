"""What was found, read again from its rows and checked again, as the page of results shows it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.agencies.models import Agency, Listing
from app.agencies.rules import admitted, itself
from app.calendars.models import CalendarNotice
from app.catalogue.models import Item
from app.infra.db import session
from app.infra.searched import parse_key
from app.jobs.models import Job
from app.kernel.act import VISITOR, Actor
from app.notices.models import Notice
from app.selections.models import Selection, current_award


@dataclass(frozen=True)
class Hit:
    """One thing found: `of` is what its key begins with, `thing` its row, `page` the id its page has."""

    key: str
    of: str
    kind: str
    code: str
    title: str
    thing: Any
    page: int
    at: datetime | None = None
    beside: Any = None


def hits(keys: Sequence[str], actor: Actor) -> list[Hit]:
    """The hits of these keys, in their order; what is gone, or may not be read by the actor, is left out."""
    ids: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        prefix, id = parse_key(key)
        ids[prefix].append(id)
    found = {hit.key: hit for prefix, wanted in ids.items() for hit in READ[prefix](wanted, actor)}
    return [found[key] for key in keys if key in found]


def _rows(model: Any, ids: Collection[int], actor: Actor, *options: Any) -> list[Any]:
    rows = session.scalars(select(model).where(model.id.in_(ids)).options(*options))
    return [row for row in rows if model.MAY_READ(actor, row)]


def _items(ids: Collection[int], actor: Actor) -> list[Hit]:
    return [Hit(f"item:{row.id}", "item", "item", row.code, row.name, row, row.id) for row in _rows(Item, ids, actor)]


def _agencies(ids: Collection[int], actor: Actor) -> list[Hit]:
    return [
        Hit(f"agency:{row.id}", "agency", "agency", row.unit.code, row.unit.name, row, row.id, row.admitted_at)
        for row in _rows(Agency, ids, actor, joinedload(Agency.unit))
    ]


def _listings(ids: Collection[int], actor: Actor) -> list[Hit]:
    eager = joinedload(Listing.agency).joinedload(Agency.unit), joinedload(Listing.item)
    rows = session.scalars(select(Listing).where(Listing.id.in_(ids), Listing.current).options(*eager))
    return [
        Hit(
            f"listing:{row.id}", "listing", "listing", f"{row.item.code}/{row.agency.unit.code}",
            f"{row.item.name} · {row.agency.unit.name}", row, row.agency_id, row.listed_at,
        )
        for row in rows
        if admitted(VISITOR, row.agency) or itself(actor, row.agency)
    ]  # fmt: skip


def _jobs(ids: Collection[int], actor: Actor) -> list[Hit]:
    return [
        Hit(f"job:{row.id}", "job", "job", row.number or "", row.project_name, row, row.id, row.published_at)
        for row in _rows(Job, ids, actor, joinedload(Job.item), joinedload(Job.district))
    ]


def _results(ids: Collection[int], actor: Actor) -> list[Hit]:
    eager = joinedload(Selection.job).joinedload(Job.item)
    rows = session.scalars(select(Selection).where(Selection.id.in_(ids)).options(eager))
    return [
        Hit(
            f"result:{row.id}", "result", "notice", row.job.number or "", row.job.project_name, row, row.job_id,
            row.made_at, current_award(row.job_id),
        )
        for row in rows
        if Job.MAY_READ(actor, row.job)
    ]  # fmt: skip


def _calendar_notices(ids: Collection[int], actor: Actor) -> list[Hit]:
    return [
        Hit(f"calendar_notice:{row.id}", "calendar_notice", "notice", "", row.source, row, row.id, row.state_since)
        for row in _rows(CalendarNotice, ids, actor)
    ]


def _notices(ids: Collection[int], actor: Actor) -> list[Hit]:
    return [
        Hit(f"notice:{row.id}", "notice", "notice", "", row.says, row, row.id, row.at)
        for row in _rows(Notice, ids, actor)
        if row.unit_id == actor.unit_id
    ]


READ: Mapping[str, Callable[[Collection[int], Actor], list[Hit]]] = {
    "item": _items,
    "agency": _agencies,
    "listing": _listings,
    "job": _jobs,
    "result": _results,
    "calendar_notice": _calendar_notices,
    "notice": _notices,
}
