"""The service items, and per item the unified standard in versions: time, fee, quality, evaluation, materials."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, cast, func, literal, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.districts.models import LEVELS, District
from app.infra.db import Cents, Row, on_connect, run, session
from app.infra.shipped import rows
from app.kernel.law import anyone


class Sector(Row):
    """A sector of supervision: which competent department (行业主管部门) reviews conduct in it."""

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    english: Mapped[str]


class Item(Row):
    """One service item (中介服务事项). `require` lists alternatives (any-of) of qualifications that must all be held:
    [[{"kind": "...", "grade": "..."}]]; `require_staff` the least numbers of registered professionals by certificate:
    [{"certificate": "...", "least": 1}]; `provenance` says how sure the facts are: law, seen, memory, default."""

    MAY_READ = anyone

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    english: Mapped[str]
    stage: Mapped[str] = mapped_column(index=True)
    item_class: Mapped[str]
    approval: Mapped[str]
    legal_basis: Mapped[str]
    qualification: Mapped[str]
    require: Mapped[list[Any]]
    require_staff: Mapped[list[Any]]
    require_source: Mapped[str]
    deliverable: Mapped[str]
    levels: Mapped[list[Any]]
    sector_code: Mapped[str] = mapped_column(ForeignKey(Sector.code), index=True)
    days_note: Mapped[str]
    provenance: Mapped[str]
    added_provenance: Mapped[str]

    sector: Mapped[Sector] = relationship()


class Standard(Row):
    """One version of an item's four unifieds, in force from a day until the next version's day.

    `days` is the longest service time in working days, None when the contract says; `clock_start` when it begins;
    `baseline_days` what it took before the reform; `statutory_days` the limit of the law. `pricing` is ceiling,
    reference or contract; amounts in cents per `unit`. `checklist` is the deliverable's quality checklist; `axes` the
    evaluation axes with weights and levels.
    """

    MAY_READ = anyone

    item_id: Mapped[int] = mapped_column(ForeignKey(Item.id))
    version: Mapped[int]
    effective_from: Mapped[date]
    source: Mapped[str]
    made_at: Mapped[datetime]
    days: Mapped[int | None]
    clock_start: Mapped[str]
    baseline_days: Mapped[int | None]
    baseline_basis: Mapped[str] = mapped_column(default="", server_default=text("''"))
    baseline_mark: Mapped[str] = mapped_column(default="default", server_default="default")
    statutory_days: Mapped[int | None]
    days_basis: Mapped[str]
    days_mark: Mapped[str]
    pricing: Mapped[str]
    ceiling_cents: Mapped[Cents | None]
    unit: Mapped[str]
    old_fee_cents: Mapped[Cents | None]
    fee_basis: Mapped[str]
    fee_mark: Mapped[str]
    checklist: Mapped[list[Any]]
    quality_basis: Mapped[str]
    quality_mark: Mapped[str]
    axes: Mapped[list[Any]]
    evaluation_basis: Mapped[str]
    evaluation_mark: Mapped[str]

    item: Mapped[Item] = relationship()

    __table_args__ = (
        UniqueConstraint("item_id", "version"),
        UniqueConstraint("item_id", "effective_from"),
        CheckConstraint("days IS NULL OR days BETWEEN 1 AND 365", "days_make_sense"),
        CheckConstraint("pricing IN ('ceiling', 'reference', 'contract')", "known_pricing"),
        CheckConstraint("pricing = 'contract' OR ceiling_cents > 0", "a_ceiling_is_positive"),
    )


class Material(Row):
    """A paper the owner hands in: what it proves, who issues it, essential or secondary, and the basic certificate
    that proves the same (which then makes the paper unnecessary)."""

    standard_id: Mapped[int] = mapped_column(ForeignKey(Standard.id), index=True)
    position: Mapped[int]
    name: Mapped[str]
    proves: Mapped[str]
    issuer: Mapped[str]
    essential: Mapped[bool]
    certificate: Mapped[str | None]
    mark: Mapped[str]

    __table_args__ = (UniqueConstraint("standard_id", "position"),)


@cache
def certificates() -> dict[str, str]:
    """Names of the basic certificates by code, as shipped."""
    return {row["code"]: row["name"] for row in rows("certificates.csv")}


Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed down to, as pairs of value and words. Districts are those jobs are usually in, not
    townships. Items and districts are only ever added: `revision` says which are in."""

    revision: tuple[int, ...]
    items: Pairs
    stages: Pairs
    districts: Pairs


CODE = Item.code.label("code")
ITEMS = select(literal("item").label("kind"), CODE, cast(Item.id, String).label("value"), Item.name, Item.stage)
ABOVE = select(District.parent).where(District.parent.is_not(None))
DISTRICTS = select(literal("district"), District.code, District.code, District.name, District.level).where(
    District.level != LEVELS[-1], or_(District.parent.is_not(None), District.code.in_(ABOVE))
)
CHOICES = ITEMS.union_all(DISTRICTS).order_by("kind", "code")
REVISION = select(
    *(select(of).scalar_subquery() for of in (func.max(Item.id), func.count(Item.id))),
    *(select(of).scalar_subquery() for of in (func.max(District.id), func.count(District.id))),
)

_held: dict[str, Choices] = {}
on_connect(_held.clear)


def choices() -> Choices:
    """The choices this process holds, read anew when an item or a district has been added."""
    revision = tuple(run(REVISION).one())
    held = _held.get("now")
    if held is None or held.revision != revision:
        rows = run(CHOICES).all()
        items, districts = (tuple(row for row in rows if row.kind == kind) for kind in ("item", "district"))
        stages = dict.fromkeys((row.stage, row.stage) for row in items)
        held = _held["now"] = Choices(revision, _pairs(items), tuple(stages), _pairs(districts))
    return held


def _pairs(rows: Iterable[Any]) -> Pairs:
    return tuple((row.value, row.name) for row in rows)


def words_required() -> tuple[list[str], list[str], list[str]]:
    """The words in which the catalogue asks for qualifications: their kinds, their grades, and certificates of people;
    each once."""
    kinds, grades, certificates = set[str](), set[str](), set[str]()
    for require, staff in session.execute(select(Item.require, Item.require_staff)):
        for wish in (wish for group in require for wish in group):
            kinds.add(wish["kind"])
            grades.add(wish["grade"])
        certificates.update(one["certificate"] for one in staff)
    return sorted(kinds), sorted(grades - {""}), sorted(certificates)


def item_classes() -> list[str]:
    """The classes of services there are."""
    return list(session.scalars(select(Item.item_class).distinct().order_by(Item.item_class)))


def sectors_by_code() -> dict[str, str]:
    """The name of each sector's competent department."""
    return dict(session.execute(select(Sector.code, Sector.name)).all())


def items_by_code() -> dict[str, str]:
    """The name of each item."""
    return dict(session.execute(select(Item.code, Item.name)).all())


def item_by_code(code: str) -> Item | None:
    return session.scalar(select(Item).where(Item.code == code))


def services_found(keyword: str) -> list[Item]:
    """The items whose name, code or approval holds every word, in the order of the catalogue."""
    told = (Item.name, Item.code, Item.approval)
    words = [or_(*(column.icontains(word, autoescape=True) for column in told)) for word in keyword.split()]
    return list(session.scalars(select(Item).where(*words).order_by(Item.code)))


def standards_of(item_id: int) -> list[Standard]:
    """All versions, newest effective day first."""
    return list(
        session.scalars(select(Standard).where(Standard.item_id == item_id).order_by(Standard.effective_from.desc()))
    )


def standard_in_force(item_id: int, on: date) -> Standard | None:
    query = (
        select(Standard)
        .where(Standard.item_id == item_id, Standard.effective_from <= on)
        .order_by(Standard.effective_from.desc())
        .limit(1)
    )
    return session.scalar(query)


def materials_of(standard_id: int) -> list[Material]:
    return list(
        session.scalars(select(Material).where(Material.standard_id == standard_id).order_by(Material.position))
    )
