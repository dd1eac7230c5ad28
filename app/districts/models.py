"""The four-level administrative tree: region, city, county, township (autonomous region 自治区 down to 乡镇街道)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.infra.db import Row, session

LEVELS = ("region", "city", "county", "township")


class District(Row):
    """A district by its code; `parent` is the code of the district above, empty for the top."""

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str | None] = mapped_column(ForeignKey(code), index=True)
    code_source: Mapped[str]


def district(code: str) -> District | None:
    return session.scalar(select(District).where(District.code == code))


def choices(*levels: str) -> list[tuple[str, str]]:
    """(code, name with its path) for select fields, in code order, of the wanted levels (all when none is named)."""
    rows = session.execute(
        select(District.code, District.name, District.level, District.parent).order_by(District.code)
    )
    known = {row.code: row for row in rows}

    def path(code: str | None) -> str:
        row = known.get(code or "")
        return f"{path(row.parent)} {row.name}".strip() if row else ""

    return [(row.code, path(row.code)) for row in known.values() if not levels or row.level in levels]


def full_name(code: str) -> str:
    """The name of a district with those above it, like 广西壮族自治区 贵港市 港北区."""
    return dict(choices()).get(code, "")


def paths() -> dict[str, tuple[str, ...]]:
    """Each district with the codes from the top of the tree down to its own."""
    above: dict[str, str | None] = dict(session.execute(select(District.code, District.parent)).all())

    def path(code: str | None) -> tuple[str, ...]:
        return (*path(above[code]), code) if code else ()

    return {code: path(code) for code in above}


def names() -> dict[str, str]:
    """The name of each district, without those above it."""
    return dict(session.execute(select(District.code, District.name)).all())


def within(code: Any) -> Any:
    """A subquery: the codes of a district and of all below it; `code` may be a bindparam."""
    tree = select(District.code).where(District.code == code).cte("within", recursive=True)
    below = aliased(District)
    return select(tree.union_all(select(below.code).where(below.parent == tree.c.code)).c.code)


def load(rows: Callable[[str], list[dict[str, str]]], standards: object, now: datetime) -> None:
    """Add the shipped districts that are not there yet, parents first."""
    known = set(session.scalars(select(District.code)))
    for row in sorted(rows("districts.csv"), key=lambda row: LEVELS.index(row["level"])):
        if row["code"] not in known:
            fields = {name: row[name] for name in ("code", "name", "level", "code_source")}
            session.add(District(**fields, parent=row["parent"] or None))
            session.flush()
