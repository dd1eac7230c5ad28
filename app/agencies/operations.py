"""How an agency enters the market, and how it lists its promises."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from app.accounts.operations import NewPerson, register_unit
from app.agencies.models import (
    Agency,
    Listing,
    Professional,
    Qualification,
    current_listing,
    professionals_of,
    qualifications_of,
)
from app.agencies.rules import MAY_EDIT, MAY_LIST, MAY_TAKE_DOWN, State
from app.catalogue.models import Item, standard_in_force
from app.infra.db import session
from app.infra.record import advance, record
from app.kernel.act import Act, Kind
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.money import yuan
from app.kernel.words import N_
from app.kernel.workdays import HERE


def register(act: Act, *, person: NewPerson, **unit: Any) -> Agency:
    """Register an agency's unit with its first administrator, and open its application."""
    registered = register_unit(act, kind=Kind.AGENCY, natural=False, person=person, **unit)
    agency = Agency(id=registered.id, state=State.DRAFT, state_since=act.now)
    record(act, "agency.register", agency)
    return agency


def describe(act: Act, agency: Agency, *, introduction: str, legal_representative: str, licence: int | None) -> None:
    """State who the agency is. `licence` is the stored file of the business licence; None keeps the present one."""
    _may_edit(act, agency)
    agency.introduction, agency.legal_representative = introduction, legal_representative
    agency.licence_file_id = licence or agency.licence_file_id
    record(act, "agency.describe", agency)


def set_qualifications(act: Act, agency: Agency, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace the list of qualifications: rows with kind, grade, number, valid_until and file (id or None)."""
    _may_edit(act, agency)
    if len({(row["kind"], row["number"]) for row in rows}) < len(rows):
        raise Invalid(N_("A qualification stands twice in the list."), field="rows")
    kept = {(one.kind, one.number): one.file_id for one in qualifications_of(agency.id)}
    session.execute(delete(Qualification).where(Qualification.agency_id == agency.id))
    for row in rows:
        file_id = row.get("file") or kept.get((row["kind"], row["number"]))
        fields = {name: row[name] for name in ("kind", "grade", "number", "valid_until")}
        session.add(Qualification(agency_id=agency.id, file_id=file_id, **fields))
    record(act, "agency.set_qualifications", agency, count=len(rows))


def set_professionals(act: Act, agency: Agency, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace the register of professionals: rows with name, certificate, number. A certificate serves one agency."""
    _may_edit(act, agency)
    numbers = [row["number"] for row in rows]
    taken = select(Professional.number).where(Professional.number.in_(numbers), Professional.agency_id != agency.id)
    elsewhere = session.scalars(taken).all()
    if elsewhere or len(set(numbers)) < len(numbers):
        text = N_("Certificate %(number)s is registered already: a professional belongs to one agency.")
        repeated = next((number for number in numbers if numbers.count(number) > 1), "")
        raise Invalid(text, field="rows", number=elsewhere[0] if elsewhere else repeated)
    session.execute(delete(Professional).where(Professional.agency_id == agency.id))
    session.add_all(
        Professional(agency_id=agency.id, name=row["name"], certificate=row["certificate"], number=row["number"])
        for row in rows
    )
    record(act, "agency.set_professionals", agency, count=len(rows))


def submit(act: Act, agency: Agency, *, signed_by: str) -> None:
    """Sign the commitments and submit the application for the operator's formal check."""
    missing = missing_parts(agency, act.now.astimezone(HERE).date())
    if missing:
        raise Invalid(missing[0])
    agency.signed_by, agency.signed_at = signed_by, act.now
    advance(act, agency, "submit", signed_by=signed_by)


def missing_parts(agency: Agency, today: date) -> list[str]:
    """What the application still lacks, as English msgids; empty when it may be submitted."""
    missing = []
    if not agency.legal_representative or not agency.licence_file_id:
        missing.append(N_("Name the legal representative and hand in the business licence."))
    if any(one.valid_until < today for one in qualifications_of(agency.id)):
        missing.append(N_("A qualification has expired. Give its new validity or take it off the list."))
    if not professionals_of(agency.id):
        missing.append(N_("Register at least one professional."))
    return missing


def return_application(act: Act, agency: Agency, *, reason: str) -> None:
    agency.returned_because = reason
    advance(act, agency, "return_application", reason=reason)


def admit(act: Act, agency: Agency) -> None:
    agency.admitted_at, agency.returned_because = act.now, None
    advance(act, agency, "admit")


def promise(
    act: Act, agency: Agency, item: Item, *, days: int, fee_cents: int | None, quality: str, accepts_evaluation: bool
) -> Listing:
    """List an item, or promise anew: a new version within today's unified standard. `fee_cents` may be None only where
    the fee is set by contract."""
    if not MAY_LIST(act.actor, agency):
        raise NotAllowed(N_("Only an admitted agency may list services."))
    standard = standard_in_force(item.id, act.now.astimezone(HERE).date())
    if standard is None:
        raise Invalid(N_("This item has no unified standard in force yet."))
    if standard.days and days > standard.days:
        raise Invalid(N_("Promise at most %(n)s working days: that is the standard."), field="days", n=standard.days)
    if standard.ceiling_cents and (fee_cents is None or fee_cents > standard.ceiling_cents):
        text = N_("Promise a fee of at most %(ceiling)s yuan: that is the ceiling of the standard.")
        raise Invalid(text, field="fee_cents", ceiling=yuan(standard.ceiling_cents))
    if not accepts_evaluation:
        raise Invalid(
            N_("Accept the evaluation standard: every agency in the market does."), field="accepts_evaluation"
        )
    session.refresh(agency, with_for_update=True)
    newest = select(func.max(Listing.version)).where(Listing.agency_id == agency.id, Listing.item_id == item.id)
    present = current_listing(agency.id, item.id)
    if present:
        present.current = False
        session.flush()
    listing = Listing(
        agency_id=agency.id,
        item_id=item.id,
        version=(session.scalar(newest) or 0) + 1,
        standard_id=standard.id,
        days=days,
        fee_cents=fee_cents,
        quality=quality,
        accepts_evaluation=accepts_evaluation,
        listed_at=act.now,
    )
    record(act, "listing.promise", listing, item=item.code, days=days, fee_cents=fee_cents)
    return listing


def take_down(act: Act, listing: Listing) -> None:
    """Stop listing an item. Jobs that pinned the listing keep it."""
    if not MAY_TAKE_DOWN(act.actor, listing):
        raise NotAllowed(N_("Only the agency itself may take its listing down."))
    if not listing.current:
        raise WrongState(N_("This listing is not current any more."))
    listing.current = False
    record(act, "listing.take_down", listing)


def _may_edit(act: Act, agency: Agency) -> None:
    if not MAY_EDIT(act.actor, agency):
        raise WrongState(N_("The application can be changed while it is being filled in or after it was returned."))
