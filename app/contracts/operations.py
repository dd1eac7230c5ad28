"""From the award to complete papers: the contract, the one material list, the papers and their defects."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.catalogue.models import materials_of
from app.contracts.models import Contract, MaterialLine, contract_in_force, materials_asked
from app.contracts.rules import MaterialState, to_hand_in, was_handed_in
from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event, advance
from app.jobs.models import Job
from app.jobs.rules import LIFE
from app.kernel.act import Act
from app.kernel.errors import Invalid, WrongState
from app.kernel.money import yuan
from app.kernel.words import N_
from app.kernel.workdays import local_day

LEAST_REASON = 5
MOST_LINES = 60


@dataclass(frozen=True)
class Awarded:
    """When a job was awarded, and the deadline for the contract that this set."""

    at: datetime
    due: datetime


def upload(
    act: Act,
    job: Job,
    *,
    file_id: int,
    signed_on: date,
    amount_cents: int,
    days: int,
    payment_days: int | None = None,
    came: bool = False,
) -> Contract:
    """Upload the signed contract for the other side to confirm. The award pins its amount and the most days.
    `payment_days` are the calendar days after the acceptance that it gives for the payment, None where it names none;
    `came` says that somebody had to come in person."""
    _ready(act, job, "upload_contract")
    awarded = local_day(award_of(job).at)
    if amount_cents != job.amount_cents:
        text = N_("Write %(amount)s yuan: the contract may not change the amount of the award.")
        raise Invalid(text, field="amount_cents", amount=yuan(job.amount_cents or 0))
    if days < 1 or days > (job.agreed_days or days):
        text = N_("Write at most %(n)s working days: so many were promised at the award.")
        raise Invalid(text, field="days", n=job.agreed_days)
    if not awarded <= signed_on <= local_day(act.now):
        text = N_("The contract is signed after the award: choose a day from %(first)s to today.")
        raise Invalid(text, field="signed_on", first=awarded)
    terms: dict[str, Any] = {"amount_cents": amount_cents, "days": days, "payment_days": payment_days}
    contract = Contract(
        job_id=job.id,
        agency_id=job.agency_id,
        uploaded_by_id=act.actor.unit_id,
        uploaded_at=act.now,
        file_id=file_id,
        signed_on=signed_on,
        **terms,
    )
    session.add(contract)
    job.contract_by_id = act.actor.unit_id
    advance(act, job, "upload_contract", trips=trip(job, came), signed_on=signed_on.isoformat(), **terms)
    return contract


def return_contract(act: Act, job: Job, *, reason: str) -> None:
    """Give the contract back with the reason. The deadline of the award stands: returning gains nobody time."""
    _ready(act, job, "return_contract")
    contract = _in_force(job)
    contract.returned_at, contract.returned_because = act.now, _reasoned(reason)
    due, counted = _to_sign(award_of(job))
    advance(act, job, "return_contract", due=due, counted=counted, reason=contract.returned_because)
    job.contract_by_id = None


def confirm(act: Act, job: Job) -> None:
    """Confirm the contract as the other side; from now on its days are the promise."""
    _ready(act, job, "confirm_contract")
    contract = _in_force(job)
    contract.confirmed_at = act.now
    job.agreed_days, job.payment_days = contract.days, contract.payment_days
    advance(act, job, "confirm_contract", days=contract.days, payment_days=contract.payment_days)


def list_materials(act: Act, job: Job, *, lines: Sequence[Mapping[str, Any]], none_needed: bool = False) -> None:
    """Give the one complete list: rows with name, proves, essential. What is not on it may not be asked for later, and
    what a basic certificate proves may not be asked for at all. `none_needed` says that no paper is needed."""
    _ready(act, job, "list_materials")
    names = [str(line["name"]).strip() for line in lines]
    if not names and not none_needed:
        raise Invalid(N_("Choose at least one paper, or say that none is needed."), field="wanted")
    if names and none_needed:
        raise Invalid(N_("Either papers are on the list, or none is needed: not both."), field="none_needed")
    if len(names) > MOST_LINES:
        raise Invalid(N_("Ask for at most %(n)s papers."), field="added", n=MOST_LINES)
    if "" in names or len(set(names)) < len(names):
        raise Invalid(N_("Name each paper, and each only once."), field="added")
    proved = {one.name: one.certificate for one in materials_of(job.standard_id) if one.certificate}
    for name in proved.keys() & set(names):
        text = N_("“%(name)s” may not be asked for: a basic certificate the owner holds proves the same.")
        raise Invalid(text, field="added", name=name)
    for position, (name, line) in enumerate(zip(names, lines, strict=True), 1):
        proves, essential = str(line["proves"]).strip(), bool(line["essential"])
        session.add(MaterialLine(job_id=job.id, position=position, name=name, proves=proves, essential=essential))
    advance(act, job, "list_materials", papers=len(names), essential=sum(bool(line["essential"]) for line in lines))


def hand_in(act: Act, job: Job, *, papers: Mapping[int, tuple[int | None, str]], came: bool = False) -> None:
    """Hand in the papers: by line, the stored file, or a note that says where the paper was handed over. Essential
    ones must be there; secondary ones may follow or stay away. Papers handed over by hand are a trip, on the record."""
    _ready(act, job, "hand_in")
    given = {id: (file_id, note.strip()) for id, (file_id, note) in papers.items() if file_id or note.strip()}
    wanted = [line for line in materials_asked(job.id) if to_hand_in(act.actor, line)]
    if lacks := missing(wanted, given):
        raise lacks[0]
    handed = [line for line in wanted if line.id in given]
    for line in handed:
        line.state = MaterialState.HANDED_IN
        line.file_id, line.note = given[line.id]
    by_hand = sum(line.file_id is None for line in handed)
    online = len(handed) - by_hand
    advance(act, job, "hand_in", files=online, by_hand=by_hand, trips=trip(job, came or by_hand > 0))


def missing(wanted: Sequence[MaterialLine], given: Collection[int]) -> list[Invalid]:
    """The refusals of handing in, one for each essential paper that is not among the lines given."""
    text = N_("“%(name)s” is essential: add its file, or say where you handed the paper over.")
    lines = [line for line in wanted if line.essential and line.id not in given]
    return [Invalid(text, field=f"file_{line.id}", name=line.name) for line in lines]


def trip(job: Job, came: bool) -> int:
    """Count a trip of a job if somebody had to come in person for its step: 1, else 0, for the record."""
    job.trips += came
    return int(came)


def name_defects(act: Act, job: Job, *, defects: Mapping[int, str]) -> None:
    """Name every defect of the papers, by line, at once: there is no second time."""
    _ready(act, job, "name_defects")
    if job.defects_named:
        raise WrongState(
            N_("All defects were to be named at once, and have been. The papers can only be accepted now.")
        )
    found = {line.id: line for line in materials_asked(job.id)}
    named = {id: text.strip() for id, text in defects.items() if text.strip()}
    if not named or named.keys() - found.keys():
        raise Invalid(N_("Say what is wrong with at least one paper of the list."))
    for id, text in named.items():
        if len(text) < LEAST_REASON:
            raise Invalid(N_("Say what is wrong, so that it can be mended."), field=f"defect_{id}")
    for id, text in named.items():
        found[id].state, found[id].defect = MaterialState.DEFECTIVE, text
    job.defects_named = True
    advance(act, job, "name_defects", defects=len(named))


def accept_papers(act: Act, job: Job) -> None:
    """Mark what was handed in as accepted: part of starting the service, for the feature above."""
    for line in materials_asked(job.id):
        if was_handed_in(act.actor, line):
            line.state = MaterialState.ACCEPTED


def award_of(job: Job) -> Awarded:
    """The job's last award, from the record."""
    awards = select(Event).where(Event.thread_of == job.thread, Event.name == "job.award").order_by(Event.id.desc())
    award = session.scalars(awards.limit(1)).one()
    return Awarded(award.at, datetime.fromisoformat(award.facts["due"]))


def _to_sign(award: Awarded) -> tuple[datetime, tuple[date, int]]:
    """When a contract is to be signed, as the award said or as a calendar changed since then puts it off, and what that
    is counted from."""
    counted = (local_day(award.at), almanac.number("contract", award.at))
    return max(award.due, almanac.calendar(fresh=True).deadline_from(*counted)), counted


def due_after(verb: str, now: datetime) -> datetime:
    """When a job would be due next if this step were taken now, to be told beforehand."""
    step = LIFE[verb]
    if step.due is None or not step.due.terms:
        raise ValueError(f"{verb} sets no period")
    return almanac.calendar().deadline(now, almanac.number(step.due.terms[0], now))


def _ready(act: Act, job: Job, verb: str) -> None:
    """Lock the job before anything is read of it, and refuse what the law does not allow now."""
    job.lock()
    job.LIFE.check(act, job, verb)


def _in_force(job: Job) -> Contract:
    contract = contract_in_force(job.id)
    if contract is None:
        raise WrongState(N_("There is no contract to be confirmed."))
    return contract


def _reasoned(reason: str) -> str:
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field="reason", n=LEAST_REASON)
    return reason.strip()
