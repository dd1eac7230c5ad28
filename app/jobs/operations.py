"""What an owner does with a posting until it is published, and what the operator does with it."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Unit, memberships_of, unit_with_code
from app.agencies.models import Agency
from app.catalogue.models import Item, Standard, standard_in_force
from app.districts.models import district
from app.infra import keys
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.models import Avoidance, Job, NumberSeries, avoided, reposts_of
from app.jobs.rules import (
    EDITABLE,
    FUNDS,
    IF_ABANDONED,
    MAY_CREATE,
    MAY_DELEGATE,
    MAY_REPOST,
    METHODS,
    PRICED,
    TIMED,
    Funds,
    IfAbandoned,
    Method,
    State,
    its_owner,
)
from app.kernel.act import Act
from app.kernel.draw import SECRET_BYTES, commitment_of
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.money import yuan
from app.kernel.seal import new_keys
from app.kernel.words import N_
from app.kernel.workdays import local_day

Avoid = Sequence[tuple[str, str]]

LEAST_NEED, LEAST_REASON = 20, 5
MOST_DAYS = 365
POINTS = 100

# What an owner fills in: on the page about the project, and on the page about what is wanted.
PROJECT = ("project_name", "project_code", "district_code", "funds", "need", "contact_name", "contact_phone")
WISH = (
    "ceiling_cents", "days", "method", "floor_cents", "price_weight", "least_days", "urgent", "urgent_reason",
    "if_abandoned",
)  # fmt: skip
# What not even a draft may hold wrong, whichever field was changed.
NEVER_WRONG = set(WISH) - {"ceiling_cents", "days", "urgent"} | {"funds", "district_code"}


def create(act: Act, *, item_id: int) -> Job:
    """A draft for one item, with what the standard in force today proposes. Its creator runs it."""
    if not MAY_CREATE(act.actor):
        raise NotAllowed(N_("Only a project owner may post a job."))
    item = session.get(Item, item_id)
    standard = standard_in_force(item_id, local_day(act.now)) if item else None
    if item is None or standard is None:
        raise Invalid(N_("Choose a service from the list."), field="item_id")
    owner = session.get_one(Unit, act.actor.unit_id)
    job = Job(
        state=State.DRAFT,
        state_since=act.now,
        created_at=act.now,
        owner_id=owner.id,
        run_by_id=act.actor.user_id,
        item_id=item.id,
        sector_code=item.sector_code,
        standard_id=standard.id,
        project_name="",
        district_code=owner.district_code,
        funds=Funds.SOCIAL if owner.natural else Funds.STATE,
        need="",
        ceiling_cents=standard.ceiling_cents,
        days=standard.days,
        require=item.require,
        method=Method.RANDOM_DRAW,
        if_abandoned=IfAbandoned.NEXT,
        contact_name=owner.contact_name,
        contact_phone=owner.contact_phone,
    )
    record(act, "job.create", job, item=item.code)
    return job


def edit(act: Act, job: Job, *, avoid: Avoid | None = None, **fields: Any) -> None:
    """Change a draft or a returned posting: any of PROJECT and WISH. `avoid` replaces the agencies that may not enter,
    as (unified social credit code, reason). Invalid for a value that is not lawful; what is still missing may wait."""
    if unknown := fields.keys() - {*PROJECT, *WISH}:
        raise TypeError(f"a posting has no {', '.join(sorted(unknown))}")
    job.lock()
    if not its_owner(act.actor, job):
        raise NotAllowed(N_("Only its owner may change a posting."))
    if not EDITABLE(act.actor, job):
        raise WrongState(N_("A posting can be changed until it is submitted, and again after it was returned."))
    with session.no_autoflush:
        for name, value in fields.items():
            setattr(job, name, value)
        wrong = [one for one in problems(act, job) if one.field in fields or one.field in NEVER_WRONG]
    if wrong:
        session.refresh(job)
        raise wrong[0]
    if avoid is not None:
        _avoid(job, avoid)
    record(act, "job.edit", job, fields=sorted(fields))


def problems(act: Act, job: Job) -> list[Invalid]:
    """Everything that keeps a posting from being submitted today, each with its field; empty when nothing does."""
    standard = standard_in_force(job.item_id, local_day(act.now)) or job.standard
    return [*_wrong_project(job), *_wrong_bounds(job, standard), *_wrong_method(job)]


def submit(act: Act, job: Job) -> None:
    """Hand the posting to the operator. It pins the standard in force today and is numbered when it has no number."""
    job.LIFE.check(act, job, "submit")
    if wrong := problems(act, job):
        raise wrong[0]
    today = local_day(act.now)
    job.standard_id = _in_force(act, job).id
    job.require, job.sector_code = job.item.require, job.item.sector_code
    job.returned_because = None
    job.number = job.number or f"GG-{today.year}-{_next_number(today.year):05d}"
    advance(act, job, "submit", number=job.number)


def return_posting(act: Act, job: Job, *, reason: str) -> None:
    """Give the posting back to its owner, who mends it and submits it again."""
    job.returned_because = _reasoned(reason)
    advance(act, job, "return_posting", reason=reason)


def publish(act: Act, job: Job, *, secret: bytes | None = None) -> None:
    """Announce the job and open the entry. The announcement commits to a secret of 32 random bytes, so that nobody can
    choose the draw's outcome later (app/kernel/draw.py), and brings the key that closes the envelopes of the entrants.
    Only a demonstration, to be the same each time, gives a secret."""
    job.LIFE.check(act, job, "publish")
    secret, seal = secret or secrets.token_bytes(SECRET_BYTES), new_keys()
    job.wrapped_secret, job.commitment, job.published_at = keys.wrap(secret), commitment_of(secret), act.now
    job.seal_public, job.wrapped_seal = seal.public, keys.wrap(seal.private)
    term = "entry_repost" if job.round > 1 else "entry_urgent" if job.urgent else "entry"
    shut_out = [{"agency": one.agency.unit.name, "reason": one.reason} for one in avoided(job.id)]
    advance(act, job, "publish", term=term, number=job.number, commitment=job.commitment, avoided=shut_out)


def withdraw(act: Act, job: Job, *, reason: str) -> None:
    """End the job before the entry closes. The reason of a published job is public."""
    advance(act, job, "withdraw", reason=_reasoned(reason))


def repost(act: Act, job: Job) -> Job:
    """A new draft with everything a failed job had; the announcement of the next round stays open longer."""
    job.lock()
    if not its_owner(act.actor, job):
        raise NotAllowed(N_("Only its owner may post a job again."))
    if not MAY_REPOST(act.actor, job):
        raise WrongState(N_("Only a job whose selection failed can be posted again."))
    if reposts_of(job.id):
        raise WrongState(N_("This job has been posted again already. Look for it among your drafts."))
    same = ("owner_id", "item_id", "sector_code", "standard_id", "require", *PROJECT, *WISH)
    again = Job(
        **{name: getattr(job, name) for name in same},
        state=State.DRAFT,
        state_since=act.now,
        created_at=act.now,
        run_by_id=act.actor.user_id,
        repost_of_id=job.id,
        round=job.round + 1,
    )
    record(act, "job.repost", again, of=job.number, round=again.round)
    session.add_all(Avoidance(job_id=again.id, agency_id=one.agency_id, reason=one.reason) for one in avoided(job.id))
    session.flush()
    return again


def delegate(act: Act, job: Job, *, user_id: int) -> None:
    """Give the job to a member of the owner, who then runs it."""
    if not MAY_DELEGATE(act.actor, job):
        raise NotAllowed(N_("Only an administrator of the owner may hand a job over."))
    if not any(one.unit_id == job.owner_id for one in memberships_of(user_id)):
        raise Invalid(N_("Choose a member of your unit."), field="user_id")
    job.lock()
    job.run_by_id = user_id
    record(act, "job.delegate", job, to=user_id)


def _in_force(act: Act, job: Job) -> Standard:
    standard = standard_in_force(job.item_id, local_day(act.now))
    if standard is None:
        raise Invalid(N_("This service has no unified standard in force. Choose another service."))
    return standard


def _wrong_project(job: Job) -> list[Invalid]:
    wrong = []
    place = district(job.district_code)
    if not job.project_name.strip():
        wrong.append(Invalid(N_("Enter the name of the project."), field="project_name"))
    if place is None or place.level not in job.item.levels:
        text = N_("Choose a district from the list: this service is bought at its levels only.")
        wrong.append(Invalid(text, field="district_code"))
    if job.funds not in FUNDS:
        wrong.append(Invalid(N_("Say where the money comes from."), field="funds"))
    if len(job.need.strip()) < LEAST_NEED:
        wrong.append(Invalid(N_("Say what is needed in at least %(n)s characters."), field="need", n=LEAST_NEED))
    if not job.contact_name.strip():
        wrong.append(Invalid(N_("Name a contact person."), field="contact_name"))
    if not job.contact_phone.strip():
        wrong.append(Invalid(N_("Enter a telephone number."), field="contact_phone"))
    return wrong


def _wrong_bounds(job: Job, standard: Standard) -> list[Invalid]:
    wrong = []
    version = {"version": standard.version, "since": standard.effective_from.isoformat()}
    if not job.ceiling_cents or job.ceiling_cents < 0:
        wrong.append(Invalid(N_("Enter the most you will pay, like 40000."), field="ceiling_cents"))
    elif standard.ceiling_cents and job.ceiling_cents > standard.ceiling_cents:
        text = N_("Enter at most %(most)s yuan: the unified standard, version %(version)s of %(since)s.")
        wrong.append(Invalid(text, field="ceiling_cents", most=yuan(standard.ceiling_cents), **version))
    most = standard.days or MOST_DAYS
    if not job.days or job.days < 0:
        wrong.append(Invalid(N_("Enter the working days the service may take."), field="days"))
    elif job.days > most and standard.days:
        text = N_("Enter at most %(n)s working days: the unified standard, version %(version)s of %(since)s.")
        wrong.append(Invalid(text, field="days", n=most, **version))
    elif job.days > most:
        wrong.append(Invalid(N_("Enter at most %(n)s working days."), field="days", n=most))
    return wrong


def _wrong_method(job: Job) -> list[Invalid]:
    wrong = []
    if job.method not in METHODS:
        wrong.append(Invalid(N_("Choose how the agency is selected."), field="method"))
    if job.floor_cents is not None and job.method not in PRICED:
        text = N_("Leave the floor empty: a random draw has no quotes.")
        wrong.append(Invalid(text, field="floor_cents"))
    elif job.floor_cents is not None and not 0 < job.floor_cents <= (job.ceiling_cents or 0):
        wrong.append(Invalid(N_("Enter a floor that is not above the ceiling."), field="floor_cents"))
    wrong += _wrong_points(job)
    if job.urgent and len(job.urgent_reason.strip()) < LEAST_REASON:
        wrong.append(Invalid(N_("Say why it is urgent: the reason is published."), field="urgent_reason"))
    if job.if_abandoned not in IF_ABANDONED:
        wrong.append(Invalid(N_("Choose what happens when the award is abandoned."), field="if_abandoned"))
    return wrong


def _wrong_points(job: Job) -> list[Invalid]:
    """What price and days count, and the fewest days an offer may name; for the other methods neither."""
    weight, least = job.price_weight, job.least_days
    if job.method not in TIMED:
        text = N_("Leave this empty: only the method “price and days” counts days.")
        given = {"price_weight": weight, "least_days": least}
        return [Invalid(text, field=name) for name, value in given.items() if value is not None]
    wrong = []
    if weight is None or not 0 < weight < POINTS:
        wrong.append(Invalid(N_("Say how many of 100 points the price counts, from 1 to 99."), field="price_weight"))
    if least is not None and not 0 < least <= (job.days or 0):
        text = N_("Enter at most the working days of the job, or leave it empty.")
        wrong.append(Invalid(text, field="least_days"))
    return wrong


def _avoid(job: Job, avoid: Avoid) -> None:
    agencies: dict[int, str] = {}
    for code, reason in avoid:
        unit = unit_with_code(code.strip().upper())
        agency = session.get(Agency, unit.id) if unit else None
        if agency is None:
            raise Invalid(
                N_("No agency has the code %(code)s. Copy it from the agency's page."), field="avoid", code=code
            )
        if len(reason.strip()) < LEAST_REASON:
            raise Invalid(N_("Give the reason for each agency that may not enter: it is published."), field="avoid")
        if agency.id in agencies:
            raise Invalid(N_("The code %(code)s stands twice in the list."), field="avoid", code=code)
        agencies[agency.id] = reason.strip()
    session.execute(delete(Avoidance).where(Avoidance.job_id == job.id))
    session.add_all(Avoidance(job_id=job.id, agency_id=id, reason=reason) for id, reason in agencies.items())


def _reasoned(reason: str) -> str:
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field="reason", n=LEAST_REASON)
    return reason.strip()


def _next_number(year: int) -> int:
    """The next number of the year. The series' row stays locked until the transaction ends, so none is given twice."""
    for _ in range(2):
        taken = update(NumberSeries).where(NumberSeries.year == year).values(last=NumberSeries.last + 1)
        number = session.scalar(taken.returning(NumberSeries.last))
        if number is not None:
            return int(number)
        try:
            with session.begin_nested():
                session.add(NumberSeries(year=year, last=0))
        except IntegrityError:
            continue
    raise RuntimeError(f"the series of {year} can be neither read nor begun")
