"""Load the shipped catalogue, and make new versions of an item's unified standard."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.catalogue.models import Item, Material, Sector, Standard, certificates, materials_of
from app.catalogue.rules import AXES, CLOCK_STARTS, FARTHEST, MARKS, MAY_MAKE_STANDARD, PRICING, PROVENANCE
from app.infra.db import lock, session
from app.infra.record import record
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed
from app.kernel.money import parse_yuan
from app.kernel.words import N_
from app.kernel.workdays import local_day

Rows = Callable[[str], list[dict[str, str]]]
Standards = Callable[[], Mapping[str, Mapping[str, Any]]]

# The columns of a standard that a new version states; the rest is bookkeeping.
STATED = (
    "days", "clock_start", "days_basis", "days_mark", "baseline_days", "baseline_basis", "baseline_mark",
    "statutory_days", "pricing", "ceiling_cents", "unit", "old_fee_cents", "fee_basis", "fee_mark",
    "checklist", "quality_basis", "quality_mark", "axes", "evaluation_basis", "evaluation_mark",
)  # fmt: skip


def make_standard(
    act: Act, item: Item, *, effective_from: date, source: str, materials: Sequence[Mapping[str, Any]], **stated: Any
) -> Standard:
    """Make the next version of an item's standard. It takes effect on a later day, so that nobody is overtaken by it;
    `stated` are the columns in STATED, `materials` rows with name, proves, issuer, essential, certificate, mark."""
    if not MAY_MAKE_STANDARD(act.actor):
        raise NotAllowed(N_("Only the operator may make a new version of a standard."))
    lock(item)
    _refuse_day(item, effective_from, local_day(act.now))
    if not source.strip():
        raise Invalid(N_("Name the source of this version, like the notice that decided it."), field="source")
    missing = [name for name in STATED if name not in stated]
    if missing:
        raise ValueError(f"a standard must state {', '.join(missing)}")
    for refuse in (_refuse_time, _refuse_fee, _refuse_quality, _refuse_axes):
        refuse(stated)
    _refuse_materials(materials)
    return _add(
        act.now, item, effective_from=effective_from, source=source, materials=materials, stated=stated, act=act
    )


def load(rows: Rows, standards: Standards, now: datetime) -> None:
    """Add the shipped sectors, items and first standards that are not there yet, and bring the facts of the items up to
    date. Standards that the operator made stay."""
    known = set(session.scalars(select(Sector.code)))
    session.add_all(Sector(**row) for row in rows("sectors.csv") if row["code"] not in known)
    session.flush()
    items = {item.code: item for item in session.scalars(select(Item))}
    shipped = standards()
    for row in rows("items.csv"):
        facts = _facts(row)
        if item := items.get(row["code"]):
            for name, value in facts.items():
                setattr(item, name, value)
            continue
        item = Item(**facts)
        session.add(item)
        session.flush()
        head = shipped[row["code"]]
        stated, materials = _read(head)
        _add(now, item, effective_from=_day(head), source=head["source"], materials=materials, stated=stated)


def requirement(text: str) -> list[list[dict[str, str]]]:
    """Read "kind:grade|kind:grade&kind" as all-of groups (split by &) of any-of alternatives (split by |)."""
    groups = [group for group in text.split("&") if group.strip()]
    return [[_alternative(part) for part in group.split("|")] for group in groups]


def staff(text: str) -> list[dict[str, Any]]:
    """Read "certificate:number&certificate:number" as the least numbers of registered professionals."""
    parts = [part.strip().partition(":") for part in text.split("&") if part.strip()]
    return [{"certificate": certificate, "least": int(least)} for certificate, _, least in parts]


def _alternative(part: str) -> dict[str, str]:
    kind, _, grade = part.strip().partition(":")
    return {"kind": kind, "grade": grade}


def _facts(row: Mapping[str, str]) -> dict[str, Any]:
    plain = (
        "code", "name", "english", "stage", "approval", "legal_basis", "qualification", "require_source",
        "deliverable", "days_note", "provenance", "added_provenance",
    )  # fmt: skip
    return {name: row[name] for name in plain} | {
        "item_class": row["class"],
        "sector_code": row["sector"],
        "require": requirement(row["require"]),
        "require_staff": staff(row["require_staff"]),
        "levels": [level.strip() for level in row["levels"].split(",")],
    }


def _day(head: Mapping[str, Any]) -> date:
    day = head["effective_from"]
    return day if isinstance(day, date) else date.fromisoformat(day)


def _read(shipped: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The stated columns and the materials of a shipped standard (data/standards/*.toml)."""
    time, fee, quality, evaluation = shipped["time"], shipped["fee"], shipped["quality"], shipped["evaluation"]
    stated = {
        "days": time.get("days"),
        "clock_start": time["clock_start"],
        "baseline_days": time.get("baseline_days"),
        "baseline_basis": time.get("baseline_basis", ""),
        "baseline_mark": time.get("baseline_mark", "default"),
        "statutory_days": time.get("statutory_days"),
        "days_basis": time["basis"],
        "days_mark": time["mark"],
        "pricing": fee["pricing"],
        "ceiling_cents": _cents(fee.get("ceiling_yuan")),
        "unit": fee["unit"],
        "old_fee_cents": _cents(fee.get("old_baseline_yuan")),
        "fee_basis": fee["basis"],
        "fee_mark": fee["mark"],
        "checklist": list(quality["checklist"]),
        "quality_basis": quality["basis"],
        "quality_mark": quality["mark"],
        "axes": list(evaluation["axes"]),
        "evaluation_basis": evaluation["basis"],
        "evaluation_mark": evaluation["mark"],
    }
    return stated, [dict(material) for material in shipped["materials"]]


def _cents(amount: object) -> int | None:
    return None if amount is None else parse_yuan(str(amount))


def _refuse_day(item: Item, effective_from: date, today: date) -> None:
    newest = session.scalar(select(func.max(Standard.effective_from)).where(Standard.item_id == item.id))
    if effective_from <= today:
        raise Invalid(N_("Choose a day after today: a standard never changes backwards."), field="effective_from")
    if newest and effective_from <= newest:
        text = N_("Choose a day after %(day)s, when the newest version takes effect.")
        raise Invalid(text, field="effective_from", day=newest)
    if effective_from > today + timedelta(days=FARTHEST):
        raise Invalid(N_("Choose a day within a year from now."), field="effective_from")


def _refuse_time(stated: Mapping[str, Any]) -> None:
    if stated["clock_start"] not in CLOCK_STARTS:
        raise Invalid(N_("Choose when the service time begins."), field="clock_start")
    if stated["statutory_days"] and stated["days"] and stated["days"] > stated["statutory_days"]:
        text = N_("The law allows at most %(n)s working days for this item.")
        raise Invalid(text, field="days", n=stated["statutory_days"])
    if stated["baseline_days"] and not stated["baseline_basis"].strip():
        raise Invalid(N_("Say where the time before the reform is known from."), field="baseline_basis")
    _refuse_mark(stated, "days", "baseline")


def _refuse_fee(stated: Mapping[str, Any]) -> None:
    if stated["pricing"] not in PRICING:
        raise Invalid(N_("Choose how the fee is set."), field="pricing")
    by_contract = stated["pricing"] == "contract"
    if not by_contract and not stated["ceiling_cents"]:
        raise Invalid(N_("Enter the ceiling or reference fee, like 40000."), field="ceiling_cents")
    if by_contract and stated["ceiling_cents"]:
        text = N_("Leave this empty where the contract sets the fee, or choose ceiling or reference.")
        raise Invalid(text, field="ceiling_cents")
    _refuse_mark(stated, "fee")


def _refuse_quality(stated: Mapping[str, Any]) -> None:
    if not stated["checklist"]:
        raise Invalid(N_("Write at least one line of the quality checklist."), field="checklist")
    _refuse_mark(stated, "quality")


def _refuse_axes(stated: Mapping[str, Any]) -> None:
    axes = stated["axes"]
    first = f"weight_{next(iter(AXES))}"
    if [axis["code"] for axis in axes] != list(AXES):
        raise ValueError("a standard has the five axes, in their order")
    weights = [int(axis["weight"]) for axis in axes]
    if sum(weights) != 100 or min(weights) < 0:
        text = N_("The weights of the five axes must add up to 100: they are %(n)s now.")
        raise Invalid(text, field=first, n=sum(weights))
    for axis in axes:
        if len(axis["levels"]) != MARKS or not all(level.strip() for level in axis["levels"]):
            text = N_("Say in %(n)s lines what each mark means, the lowest first.")
            raise Invalid(text, field=f"levels_{axis['code']}", n=MARKS)
    _refuse_mark(stated, "evaluation")


def _refuse_materials(materials: Sequence[Mapping[str, Any]]) -> None:
    if not any(material["essential"] for material in materials):
        raise Invalid(N_("List at least one essential paper."), field="materials")
    if len({material["name"] for material in materials}) < len(materials):
        raise Invalid(N_("Something stands twice in the list: name each once."), field="materials")
    for material in materials:
        if material.get("certificate") and material["certificate"] not in certificates():
            raise Invalid(N_("Choose a basic certificate from the list."), field="materials")
        if material["mark"] not in PROVENANCE:
            raise Invalid(N_("Say how sure each paper is."), field="materials")


def _refuse_mark(stated: Mapping[str, Any], *parts: str) -> None:
    for part in parts:
        if stated[f"{part}_mark"] not in PROVENANCE:
            raise Invalid(N_("Say how sure this is."), field=f"{part}_mark")


def _add(
    now: datetime,
    item: Item,
    *,
    effective_from: date,
    source: str,
    materials: Sequence[Mapping[str, Any]],
    stated: Mapping[str, Any],
    act: Act | None = None,
) -> Standard:
    version = (session.scalar(select(func.max(Standard.version)).where(Standard.item_id == item.id)) or 0) + 1
    standard = Standard(
        item_id=item.id,
        version=version,
        effective_from=effective_from,
        source=source,
        made_at=now,
        **{name: stated[name] for name in STATED},
    )
    session.add(standard)
    session.flush()
    for position, material in enumerate(materials, 1):
        fields = {name: material[name] for name in ("name", "proves", "issuer", "essential", "mark")}
        certificate = material.get("certificate") or None
        session.add(Material(standard_id=standard.id, position=position, certificate=certificate, **fields))
    if act:
        record(act, "standard.make", standard, item=item.code, version=version, effective_from=str(effective_from))
    session.flush()
    return standard


def copied_materials(standard: Standard) -> list[dict[str, Any]]:
    """The materials of a version, as `make_standard` takes them, to start the next version from."""
    names = ("name", "proves", "issuer", "essential", "certificate", "mark")
    return [{name: getattr(material, name) for name in names} for material in materials_of(standard.id)]


def in_force(on: date) -> dict[int, Standard]:
    """The standard in force of every item, by item id, in one statement."""
    query = select(Standard).where(Standard.effective_from <= on).order_by(Standard.effective_from)
    return {standard.item_id: standard for standard in session.scalars(query)}
