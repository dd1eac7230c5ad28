"""The jobs of the demonstration city, each a story told through the real verbs in the order of time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import Unit
from app.agencies.models import Listing
from app.catalogue.models import materials_of, standard_in_force
from app.contracts import operations as contracts
from app.contracts.models import materials_asked
from app.demonstration import detours
from app.demonstration.telling import City, Story, free, lapse, office_hours
from app.demonstration.units import COUNTIES, HOUR, PLACES, WORKS, paper
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.envelopes import RANDOM_BYTES, Sealing
from app.infra.db import session
from app.jobs import operations as jobs
from app.jobs.models import Job, reposts_of
from app.jobs.rules import State, has_failed
from app.kernel.act import VISITOR, Act, Actor
from app.kernel.transcript import BROWSER
from app.kernel.workdays import local_day
from app.methods.rules import CHOOSING, PRICED, SCORED, TIMED, Method
from app.ratings import operations as ratings
from app.ratings.models import AXES
from app.services import operations as services

# How owners mark one agency and another, and what they write.
MARKS = ((3, 4, 4, 5, 5, 5), (4, 5, 5, 5), (3, 3, 4, 4, 5), (2, 3, 3, 4))
WORDS = ("", "", "附图清楚。", "沟通顺畅，按期交付。", "材料一次告知。", "整体满意，成果质量好，服务态度好，值得推荐。")
# Of so many jobs one is signed and handed in at a counter, and of another only the papers are.
BY_HAND = 7
# Of so many contracts one names the days for its payment.
AGREED = 8
DEFECT = "附图缺少图例和签章，请补正后重新提交。"


# The methods by which the clock selects without anybody's help.
UNATTENDED = [method for method in CHOOSING if method not in SCORED]
CRITERIA = [
    {"name": "服务方案", "weight": 50, "descriptor": "踏勘、编制、报批、修改都有安排且与现场相符的得高分。"},
    {"name": "项目人员", "weight": 30, "descriptor": "负责人有同类项目经验、人员固定的得高分。"},
]


def story(city: City, start: datetime, number: int, total: int) -> Story:
    """One job from its draft on. Each `yield` is the instant of the next act; the story ends where its luck does."""
    chance = city.chance
    span = (city.until - start) - timedelta(hours=2)
    posted = office_hours(start + span * (number / total), chance)
    yield posted
    owner = chance.choice(city.owners)
    job, ceiling = _draft(city, owner, posted)
    if number % 40 == 7:
        return
    jobs.submit(Act(owner, posted + HOUR), job)
    yield (checked := posted + chance.uniform(2, 6) * HOUR)
    if number % 40 == 13:
        jobs.return_posting(Act(city.operator, checked), job, reason="请写明成果的份数和提交方式。")
        return
    jobs.publish(Act(city.operator, checked), job, secret=chance.randbytes(32))
    if number % 40 == 21:
        yield (left := checked + 5 * HOUR)
        jobs.withdraw(Act(owner, left), job, reason="项目方案调整，暂不采购。")
        return
    yield from _round(city, job, owner, ceiling)
    if has_failed(VISITOR, job) and chance.random() < 0.5:
        yield from detours.repost(city, job, owner)
        yield from _round(city, reposts_of(job.id)[0], owner, ceiling)


def _round(city: City, job: Job, owner: Actor, ceiling: int) -> Story:
    """From the announcement to the end, or to where the selection fails."""
    chance = city.chance
    yield from _entries(city, job, job.state_since, job.method, ceiling)
    yield from lapse(city, job, State.OPEN)
    yield from lapse(city, job, State.SELECTING)
    if job.agency_id is not None and chance.random() < 0.04:
        yield from detours.objection(city, job, owner)
    yield from lapse(city, job, State.SELECTED)
    if job.agency_id is not None and chance.random() < 0.05:
        yield from detours.abandonment(city, job)
    if job.agency_id is not None:
        yield from _service(city, job, owner)


def _draft(city: City, owner: Actor, posted: datetime) -> tuple[Job, int]:
    """A filled-in draft for an item that some agency lists, and its ceiling in cents."""
    chance = city.chance
    item_id = chance.choice(listed(chance.choice(city.agencies)))
    funds = "state" if chance.random() < 0.7 else "social"
    return draft(city, Act(owner, posted), item_id, chance.choice(UNATTENDED), funds)


def listed(agency: Actor) -> list[int]:
    """The items that an agency lists now."""
    query = select(Listing.item_id).where(Listing.agency_id == agency.unit_id, Listing.current)
    return list(session.scalars(query.order_by(Listing.item_id)))


def draft(city: City, act: Act, item_id: int, method: Method, funds: str) -> tuple[Job, int]:
    """A filled-in draft for an item, and its ceiling in cents."""
    job = jobs.create(act, item_id=item_id)
    place, work = city.chance.choice(PLACES), city.chance.choice(WORKS)
    standard = standard_in_force(item_id, local_day(act.now))
    ceiling = standard.ceiling_cents if standard and standard.ceiling_cents else 5_000_000
    jobs.edit(
        act,
        job,
        project_name=f"示例{place}{work}",
        district_code=city.chance.choice(COUNTIES),
        funds=funds,
        need=f"为{place}{work}编制本事项成果，满足审批要求，成果电子版与纸质版各一套。",
        ceiling_cents=ceiling,
        days=standard.days if standard and standard.days else 20,
        method=method,
        price_weight=60 if method in TIMED else 20 if method in SCORED else None,
        criteria=CRITERIA if method in SCORED else [],
        two_envelopes=method in SCORED,
        **({} if method in CHOOSING else _directly(city)),
        contact_name="示例联系人",
        contact_phone="0775-0000000",
    )
    return job, ceiling


def _directly(city: City) -> dict[str, Any]:
    """Whom a direct selection names, and why."""
    named = session.get_one(Unit, city.agencies[0].unit_id)
    return {
        "named": named.code,
        "direct_ground": "urgent",
        "direct_reason": "原成果由该机构编制，汛期前只需局部修改。",
        "urgent": True,
        "urgent_reason": "汛期将至，须在五个工作日内完成。",
    }


def _entries(city: City, job: Job, opened: datetime, method: str, ceiling: int) -> Story:
    listing = select(Listing.agency_id).where(Listing.item_id == job.item_id, Listing.current)
    able = set(session.scalars(listing))
    firms = [firm for firm in city.agencies if firm.unit_id in able]
    at = opened
    for firm in city.chance.sample(firms, min(len(firms), city.chance.choice((2, 3, 4, 5, 6, 7)))):
        yield (at := at + city.chance.uniform(0.5, 4) * HOUR)
        if not free(firm, job.item_id, at):
            continue
        quote = int(ceiling * city.chance.uniform(0.70, 0.92)) // 10000 * 10000 if method in PRICED else None
        days = city.chance.randint(max(1, (job.days or 1) - 2), job.days or 1) if method in TIMED else None
        entries.enter(Act(firm, at), job, Offer(quote, days=days), sealing=sealing(city))


def sealing(city: City) -> Sealing:
    """The random part of an entry, the same each time the city is made."""
    contribution, nonce, salt = (city.chance.randbytes(RANDOM_BYTES) for _ in range(3))
    return Sealing(contribution, BROWSER, nonce, salt)


def _service(city: City, job: Job, owner: Actor) -> Story:
    """From the award to complete papers, and on."""
    chance, agency = city.chance, city.agency_of(job)
    yield (at := city.soon(job))
    sign(Act(owner, at), job)
    yield (at := city.soon(job))
    contracts.confirm(Act(agency, at), job)
    yield (at := city.soon(job, 6))
    ask_for_papers(Act(agency, at), job)
    yield (at := city.soon(job, 30))
    hand_in(Act(owner, at), job)
    if chance.random() < 0.5:
        yield (at := city.soon(job, 4))
        services.start(Act(agency, at), job)
    else:
        yield from lapse(city, job, State.MATERIALS_CHECK)
    if chance.random() < 0.08:
        yield from detours.pause(city, job, owner)
    yield from _delivery(city, job, owner, agency)


def _delivery(city: City, job: Job, owner: Actor, agency: Actor) -> Story:
    """From the running clock to the ratings."""
    chance = city.chance
    used = chance.choices((0.5, 0.7, 0.9, 1.3), (3, 4, 4, 0.5))[0]
    spare = job.due - job.state_since if job.due else timedelta(days=5)
    yield (at := office_hours(job.state_since + spare * used, chance))
    deliver(Act(agency, at), job)
    if chance.random() < 0.12:
        yield (at := city.soon(job))
        services.return_report(Act(owner, at), job, reason=DEFECT)
        yield (at := city.soon(job, 40))
        deliver(Act(agency, at), job, note="已按意见补正。")
    if chance.random() < 0.7:
        yield (at := city.soon(job, 30))
        services.accept(Act(owner, at), job)
    else:
        yield from lapse(city, job, State.DELIVERED)
    for side in (owner, agency):
        if chance.random() < 0.8:
            yield (at := city.soon(job, 30))
            usual = MARKS[(job.agency_id or 0) % len(MARKS)] if side is owner else MARKS[0]
            marks = {axis: chance.choice(usual) for axis in AXES}
            ratings.give(Act(side, at), job, **marks, text=chance.choice(WORDS))
    yield from lapse(city, job, State.ACCEPTED)
    yield from detours.answer_to_rating(city, job)
    yield from detours.payment(city, job, owner)


def sign(act: Act, job: Job) -> None:
    terms: dict[str, Any] = {"amount_cents": job.amount_cents, "days": job.agreed_days, "signed_on": local_day(act.now)}
    terms |= {"payment_days": 45} if job.id % AGREED == 0 else {}
    contracts.upload(act, job, file_id=paper(act, f"合同-{job.number}.pdf"), came=job.id % BY_HAND == 0, **terms)


def ask_for_papers(act: Act, job: Job) -> None:
    papers = [one for one in materials_of(job.standard_id) if one.essential and not one.certificate][:3]
    lines = [{"name": one.name, "proves": one.proves, "essential": True} for one in papers]
    contracts.list_materials(act, job, lines=lines)


def hand_in(act: Act, job: Job) -> None:
    papers: dict[int, tuple[int | None, str]] = {
        line.id: (paper(act, f"{line.name}.pdf"), "") for line in materials_asked(job.id)
    }
    contracts.hand_in(act, job, papers=papers, came=job.id % BY_HAND in (0, 3))


def deliver(act: Act, job: Job, note: str = "") -> None:
    services.deliver(act, job, file_ids=[paper(act, f"成果-{job.number}.pdf")], note=note)
