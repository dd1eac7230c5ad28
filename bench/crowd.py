"""Many agencies like one: rows copied table by table, as the verbs would take minutes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from app.accounts.models import Membership, Unit, User
from app.agencies.models import SUM_UP, Agency, Listing, Professional, Qualification
from app.infra.db import Row

BATCH = 10_000


def copy_agency(connection: Connection, known: int, count: int, **changes: Any) -> list[int]:
    """Add so many agencies with everything the one with this id has; their ids, in the order they were made. `changes`
    says by "table.column" what another value is, from the number of the copy."""
    first = _next(connection, Unit.__table__)
    ids = list(range(first, first + count))
    users = _next(connection, User.__table__)
    person = connection.execute(select(Membership.user_id).where(Membership.unit_id == known)).scalars().first()
    own: dict[type[Row], Any] = {
        Unit: (Unit.id == known, lambda n: {"id": ids[n], "code": f"9145{n:014}", "name": f"示例机构{n}（示例）"}),
        User: (User.id == person, lambda n: {"id": users + n, "username": f"crowd{n}", "mobile": None}),
        Membership: (Membership.user_id == person, lambda n: {"user_id": users + n, "unit_id": ids[n]}),
        Agency: (Agency.id == known, lambda n: {"id": ids[n]}),
        Qualification: (Qualification.agency_id == known, lambda n: {"agency_id": ids[n]}),
        Professional: (Professional.agency_id == known, lambda n: {"agency_id": ids[n]}),
        Listing: (Listing.agency_id == known, lambda n: {"agency_id": ids[n]}),
    }
    for model, (which, other) in own.items():
        table: Any = model.__table__
        rows = [dict(row._mapping) for row in connection.execute(select(table).where(which))]
        for batch in _batches(_copies(table, rows, other, count, changes)):
            connection.execute(insert(table), batch)
    for place in range(0, count, BATCH):
        connection.execute(SUM_UP, {"ids": ids[place : place + BATCH]})
    return ids


def _copies(table: Table, rows: list[dict[str, Any]], other: Any, count: int, changes: Any) -> Iterator[dict[str, Any]]:
    for number in range(count):
        for line, row in enumerate(rows):
            made = {name: value for name, value in row.items() if name != "id"} | other(number)
            if table.name == Professional.__tablename__:
                made["number"] = f"N{number}-{line}"
            for name, value in changes.items():
                place, _, column = name.partition(".")
                if place == table.name:
                    made[column] = value(number)
            yield made


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _next(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar_one()) + 1
