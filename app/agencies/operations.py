"""How an agency enters the market, and how it lists its promises."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from unicodedata import normalize

from sqlalchemy import func, select

from app.accounts.operations import NewPerson, register_unit
from app.agencies.models import (
    PARTS,
    Agency,
    Enclosure,
    Listing,
    Professional,
    Qualification,
    checked,
    current_listing,
    has_changes,
    key_of,
    proposed,
    registered_elsewhere,
    stated,
)
from app.agencies.rules import LEAST_REASON, MAY_EDIT, MAY_LIST, MAY_TAKE_DOWN, State
from app.catalogue.models import Item, standard_in_force
from app.infra.db import session
from app.infra.files import files_by_id
from app.infra.record import advance, record
from app.kernel.act import Act, Kind
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.money import yuan
from app.kernel.words import N_
from app.kernel.workdays import local_day


def register(act: Act, *, person: NewPerson, **unit: Any) -> Agency:
    """Register an agency's unit with its first administrator, and open its application."""
    registered = register_unit(act, kind=Kind.AGENCY, natural=False, person=person, **unit)
    agency = Agency(id=registered.id, state=State.DRAFT, state_since=act.now)
    record(act, "agency.register", agency)
    return agency


def describe(
    act: Act,
    agency: Agency,
    *,
    introduction: str,
    legal_representative: str,
    licence: int | None,
    others: Sequence[Mapping[str, Any]] = (),
) -> None:
    """State who the agency is. `licence` is the stored file of the business licence, None keeps the present one;
    `others` are further papers: rows with name and file (id). The introduction needs no check."""
    _may_edit(act, agency)
    agency.introduction = introduction
    if agency.admitted_at is None:
        agency.legal_representative = legal_representative
    else:
        changed = legal_representative != agency.legal_representative
        agency.next_representative = legal_representative if changed else None
    present = [one for one in stated(Enclosure, agency.id) if one.name == Enclosure.LICENCE]
    handed_in = licence or next((one.file_id for one in present), None)
    rows = [{"name": Enclosure.LICENCE, "file": handed_in}] if handed_in else []
    _state(agency, Enclosure, [*rows, *others])
    record(act, "agency.describe", agency)


def set_qualifications(act: Act, agency: Agency, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """State the qualifications: rows with kind, grade, number, valid_until and file (the id of a copy, or None)."""
    _may_edit(act, agency)
    _state(agency, Qualification, rows)
    record(act, "agency.set_qualifications", agency, count=len(rows))


def set_professionals(act: Act, agency: Agency, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """State the register of professionals: rows with name, certificate, number. A certificate serves one agency."""
    _may_edit(act, agency)
    known = [{**row, "number": "".join(normalize("NFKC", row["number"]).split()).upper()} for row in rows]
    _refuse_elsewhere(agency, [row["number"] for row in known])
    _state(agency, Professional, known)
    record(act, "agency.set_professionals", agency, count=len(rows))


def submit(act: Act, agency: Agency, *, signed_by: str) -> None:
    """Sign the commitments and hand the application in: the operator checks it within its own clock."""
    _refuse_incomplete(act, agency)
    agency.signed_by, agency.signed_at = signed_by, act.now
    advance(act, agency, "submit", signed_by=signed_by)


def return_application(act: Act, agency: Agency, *, reason: str) -> None:
    agency.returned_because = _reasoned(reason)
    advance(act, agency, "return_application", reason=reason)


def admit(act: Act, agency: Agency) -> None:
    """The papers are in order. From now on the market counts on what they say."""
    _count_on(agency)
    agency.admitted_at, agency.returned_because = act.now, None
    advance(act, agency, "admit")


def submit_changes(act: Act, agency: Agency) -> None:
    """An admitted agency hands in what it changed. Until it is checked the market counts on what was checked before."""
    if not has_changes(agency):
        raise Invalid(N_("Nothing is changed. Change what is no longer true, then submit it."))
    _refuse_incomplete(act, agency)
    advance(act, agency, "submit_changes")


def return_changes(act: Act, agency: Agency, *, reason: str) -> None:
    """The changes stay as they are proposed, to be mended and submitted again."""
    agency.returned_because = _reasoned(reason)
    advance(act, agency, "return_changes", reason=reason)


def accept_changes(act: Act, agency: Agency) -> None:
    _count_on(agency)
    agency.legal_representative = agency.next_representative or agency.legal_representative
    agency.next_representative = agency.returned_because = None
    advance(act, agency, "accept_changes")


def missing_parts(agency: Agency, today: date) -> list[tuple[str, str]]:
    """What the application still lacks: (the page that mends it, English msgid). Empty when it may be submitted."""
    missing = []
    named = agency.next_representative or agency.legal_representative
    if not named or not any(one.name == Enclosure.LICENCE for one in stated(Enclosure, agency.id)):
        missing.append(("describe", N_("Name the legal representative and hand in the business licence.")))
    held = stated(Qualification, agency.id)
    if any(one.valid_until < today for one in held):
        expired = N_("A qualification has expired. Give its new validity or take it off the list.")
        missing.append(("qualifications", expired))
    if any(one.file_id is None for one in held):
        missing.append(("qualifications", N_("Hand in a copy of every qualification.")))
    if not stated(Professional, agency.id):
        missing.append(("professionals", N_("Register at least one professional.")))
    return missing


def promise(
    act: Act, agency: Agency, item: Item, *, days: int, fee_cents: int | None, quality: str, accepts_evaluation: bool
) -> Listing:
    """List an item, or promise anew: a new version within today's unified standard. `fee_cents` may be None only where
    the fee is set by contract."""
    if not MAY_LIST(act.actor, agency):
        raise NotAllowed(N_("Only an admitted agency may list services."))
    standard = standard_in_force(item.id, local_day(act.now))
    if standard is None:
        raise Invalid(N_("This item has no unified standard in force yet."))
    if standard.days and days > standard.days:
        raise Invalid(N_("Promise at most %(n)s working days: that is the standard."), field="days", n=standard.days)
    if standard.ceiling_cents and (fee_cents is None or fee_cents > standard.ceiling_cents):
        text = N_("Promise a fee of at most %(ceiling)s yuan: that is the ceiling of the standard.")
        raise Invalid(text, field="fee_cents", ceiling=yuan(standard.ceiling_cents))
    if not quality.strip():
        raise Invalid(N_("Say what quality you promise."), field="quality")
    if not accepts_evaluation:
        raise Invalid(
            N_("Accept the evaluation standard: every agency in the market does."), field="accepts_evaluation"
        )
    agency.lock()
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
    agency.lock()
    if not MAY_EDIT(act.actor, agency):
        raise WrongState(N_("What waits for the operator's check cannot be changed. Wait until it is done."))


def _state(agency: Agency, part: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Make a part say these rows (`file` is the id of a stored file). What is left out is gone at once; what is new or
    says something else stands unchecked beside what was checked, until the operator has looked at it."""
    wanted = {tuple(row[name] for name in PARTS[part]): row for row in rows}
    if len(wanted) < len(rows):
        raise Invalid(N_("Something stands twice in the list: name each once."), field="rows")
    held, waiting = checked(part, agency.id), proposed(part, agency.id)
    for one in [*held, *waiting]:
        if key_of(one) not in wanted or one in waiting:
            session.delete(one)
    session.flush()
    known = {key_of(one): one for one in held}
    for key, row in wanted.items():
        values = {("file_id" if name == "file" else name): value for name, value in row.items()}
        if key not in known or not _says(known[key], values):
            session.add(part(agency_id=agency.id, **values))
    session.flush()


def _says(one: Any, values: Mapping[str, Any]) -> bool:
    """Whether a row says just this; a copy with the same content is the same copy."""
    plain = all(getattr(one, name) == value for name, value in values.items() if name != "file_id")
    files = files_by_id([id for id in (one.file_id, values["file_id"]) if id]) if "file_id" in values else []
    return plain and len({file.sha256 for file in files}) < 2 and len(files) != 1


def _count_on(agency: Agency) -> None:
    """From now on the market counts on what is proposed, in the place of what it counted on before."""
    agency.lock()
    _refuse_elsewhere(agency, [one.number for one in proposed(Professional, agency.id)])
    for part in PARTS:
        before = {key_of(one): one for one in checked(part, agency.id)}
        waiting = proposed(part, agency.id)
        for one in waiting:
            if key_of(one) in before:
                session.delete(before[key_of(one)])
        session.flush()
        for one in waiting:
            one.checked = True
    session.flush()


def _refuse_incomplete(act: Act, agency: Agency) -> None:
    missing = missing_parts(agency, local_day(act.now))
    if missing:
        raise Invalid(missing[0][1])
    _refuse_elsewhere(agency, [one.number for one in stated(Professional, agency.id)])


def _refuse_elsewhere(agency: Agency, numbers: list[str]) -> None:
    taken = registered_elsewhere(agency.id, numbers)
    if taken:
        text = N_("Certificate %(number)s is registered with another agency: a professional belongs to one agency.")
        raise Invalid(text, field="rows", number=taken)


def _reasoned(reason: str) -> str:
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field="reason", n=LEAST_REASON)
    return reason.strip()
