"""What an owner does with a posting until it is published, and what the operator does with it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Unit, memberships_of
from app.agencies.models import Agency
from app.catalogue.models import Item, Standard, standard_in_force
from app.infra import almanac
from app.infra.db import session
from app.infra.record import advance, record
from app.jobs.envelopes import name_outside, seal
from app.jobs.models import Avoidance, Job, NumberSeries, avoided, reposts_of
from app.jobs.posting import LEAST_REASON, NEVER_WRONG, PROJECT, WISH, problems, unlawful, verdict_on
from app.jobs.rules import EDITABLE, MAY_CREATE, MAY_DELEGATE, MAY_REPOST, State, is_over, its_owner
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.methods.rules import Funds, IfAbandoned, Method

Avoid = Sequence[tuple[str, str]]
WIDE = str.maketrans("()", "（）")


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


def check_editable(act: Act, job: Job) -> None:
    """Refuse unless this owner can change the posting now."""
    if not its_owner(act.actor, job):
        raise NotAllowed(N_("Only its owner may change a posting."))
    if not EDITABLE(act.actor, job):
        raise WrongState(N_("A posting can be changed until it is submitted, and again after it was returned."))


def edit(act: Act, job: Job, *, avoid: Avoid | None = None, named: str | None = None, **fields: Any) -> None:
    """Change a draft or a returned posting: any of PROJECT and WISH. `avoid` replaces the agencies that may not enter,
    as (unified social credit code or full name, reason); `named` is that of the one that is selected directly. Invalid
    for a value that is not lawful; what is still missing may wait."""
    if unknown := fields.keys() - {*PROJECT, *WISH}:
        raise TypeError(f"a posting has no {', '.join(sorted(unknown))}")
    job.lock()
    check_editable(act, job)
    if named is not None:
        fields["named_agency_id"] = _agency_with(named, "named").id if named.strip() else None
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
    found = verdict_on(act, job)
    if wrong := unlawful(found):
        raise wrong[0]
    seal(job, secret)
    job.published_at = act.now
    term = "entry_repost" if job.round > 1 else "entry_urgent" if job.urgent else "entry"
    name_outside(job, almanac.deadline(act.now, term))
    shut_out = [{"agency": one.agency.unit.name, "reason": one.reason} for one in avoided(job.id)]
    facts: dict[str, Any] = {"commitment": job.commitment, "avoided": shut_out, "outside": job.outside}
    facts["lawful"] = [rule.id for rule in found.rules] if found else []
    advance(act, job, "publish", term=term, number=job.number, **facts)
    if job.two_person:
        record(act, "job.split", job)


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
    if is_over(act.actor, job):
        raise WrongState(N_("A job that has ended is not handed over any more."))
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


def _avoid(job: Job, avoid: Avoid) -> None:
    agencies: dict[int, str] = {}
    for code, reason in avoid:
        agency = _agency_with(code, "avoid")
        if len(reason.strip()) < LEAST_REASON:
            raise Invalid(N_("Give the reason for each agency that may not enter: it is published."), field="avoid")
        if agency.id in agencies:
            raise Invalid(N_("The agency %(name)s stands twice in the list."), field="avoid", name=agency.unit.name)
        agencies[agency.id] = reason.strip()
    session.execute(delete(Avoidance).where(Avoidance.job_id == job.id))
    session.add_all(Avoidance(job_id=job.id, agency_id=id, reason=reason) for id, reason in agencies.items())


def _agency_with(typed: str, field: str) -> Agency:
    """The agency with this unified social credit code or full name, with brackets of either width."""
    typed = typed.strip()
    named = Unit.name.in_({typed, typed.translate(WIDE)})
    query = select(Agency).join(Agency.unit).where((Unit.code == typed.upper()) | named)
    found = session.scalars(query.limit(2)).all()
    if not found:
        text = N_("No agency has the name or code %(typed)s. Copy it from the agency's page.")
        raise Invalid(text, field=field, typed=typed)
    if len(found) > 1:
        text = N_("Several agencies are called %(typed)s. Give the unified social credit code of the one you mean.")
        raise Invalid(text, field=field, typed=typed)
    return found[0]


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
