"""What may go otherwise on the way of a job: an objection, an abandoned award, a selection that fails, a pause; and how
its fee is paid."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Membership, Unit
from app.appeals import operations as appeals
from app.demonstration.telling import City, Story, lapse
from app.demonstration.units import HOUR
from app.infra import almanac
from app.infra.db import session
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.act import Act, Actor, Kind
from app.kernel.workdays import HERE, local_day
from app.objections import operations as objections
from app.payments import operations as payments
from app.ratings import operations as ratings
from app.ratings.models import ratings_of
from app.ratings.rules import Side
from app.selections import operations as selections
from app.services import operations as services
from app.services.rules import Reason

LOW = 330  # hundredths of a point

# How the fees of ten jobs are paid, in turn: who says so many days after the acceptance that on such a day so much of a
# hundred came, as a payment of its own or about one that was spoken of before.
AT_ONCE = (("agency", 16, 16, 100, None), ("owner", 19, 16, 100, 1))
BY_THE_OWNER = (("owner", 23, 23, 100, None),)
IN_PARTS = (("owner", 14, 14, 60, None), ("agency", 27, 27, 40, None), ("agency", 28, 14, 60, 1))
LATE = (("agency", 31, 31, 0, None), ("owner", 38, 38, 100, 1), ("agency", 39, 38, 100, 1))
A_PART = (("agency", 20, 20, 50, None),)
DIFFERENT = (("owner", 18, 18, 100, None), ("agency", 33, 33, 100, 1))
UNSAID = ()
PAID = (UNSAID, AT_ONCE, BY_THE_OWNER, LATE, A_PART, DIFFERENT, AT_ONCE, IN_PARTS, BY_THE_OWNER, UNSAID)


def objection(city: City, job: Job, owner: Actor) -> Story:
    """Somebody objects to the result; the owner answers, the operator decides, publicity goes on."""
    other = next(firm for firm in city.agencies if firm.unit_id != job.agency_id)
    yield (at := city.soon(job, 4))
    ground = "公告要求的成果形式与统一标准不一致，请核实后再确定结果。"
    filed = objections.object_to(Act(other, at), job, ground=ground, file_id=None)
    yield (at := max(at, city.soon(job)))
    objections.answer(Act(owner, at), filed, text="公告的成果形式与现行统一标准一致，见公告第三项。")
    yield (at := max(at, city.soon(job, 40)))
    objections.dismiss(Act(city.operator, at), filed, decision="经核对公告与统一标准，两者一致，异议不成立。")
    yield from lapse(city, job, State.SELECTED)


def abandonment(city: City, job: Job) -> Story:
    """The selected agency gives the award up; the clock goes on as the posting said."""
    yield (at := city.soon(job))
    selections.abandon(Act(city.agency_of(job), at), job, reason="项目负责人离职，无法按期完成。")
    yield from lapse(city, job, State.ABANDONED)
    yield from lapse(city, job, State.SELECTED)


def pause(city: City, job: Job, owner: Actor) -> Story:
    """The clock stands still for a while, as both sides agree."""
    yield (at := city.soon(job, 6))
    text = "施工便道被雨水冲毁，车辆无法进入现场，抢修约需两个工作日。"
    asked = services.ask_pause(Act(owner, at), job, reason=Reason.SITE, text=text, file_id=None)
    yield (at := max(at, city.soon(job, 12)))
    services.confirm_pause(Act(city.agency_of(job), at), asked)
    yield (at := city.soon(job, 40))
    services.resume(Act(owner, at), job)


def repost(city: City, job: Job, owner: Actor) -> Story:
    """A failed job is posted again, once, and stays open longer; the caller goes on with what `reposts_of` finds."""
    yield (at := city.soon(job, 30))
    again = jobs.repost(Act(owner, at), job)
    jobs.submit(Act(owner, at), again)
    yield (at := city.soon(again, 6))
    jobs.publish(Act(city.operator, at), again, secret=city.chance.randbytes(32))


def answer_to_rating(city: City, job: Job) -> Story:
    """The agency replies to a low rating and appeals; the regulator lets it stand."""
    low = [one for one in ratings_of(job.id) if one.side == Side.OWNER and one.points < LOW]
    if not low or city.chance.random() < 0.5:
        return
    yield (at := city.soon(job, 8))
    by = Act(city.agency_of(job), at)
    ratings.reply(by, low[0], text="现场条件变化已书面说明，详见成果附件。")
    appeal = appeals.appeal(by, low[0], ground="计时明细显示按期交付，时效评分与事实不符。", file_id=None)
    yield (at := at + 30 * HOUR)
    place = session.scalars(select(Membership).join(Unit).where(Unit.sector == job.sector_code).limit(1)).one()
    regulator = Actor(place.user_id, place.unit_id, Kind.REGULATOR, place.role, job.sector_code)
    appeals.refuse(Act(regulator, at), appeal, decision="评价与返工记录相符，予以维持。")


def payment(city: City, job: Job, owner: Actor) -> Story:
    """The sides state what came of the fee, on working days at ten."""
    sides, fee = {"owner": owner, "agency": city.agency_of(job)}, job.amount_cents or 0
    for side, said, paid, share, number in PAID[job.id % len(PAID)]:
        yield (at := _after(job, said))
        came = local_day(_after(job, paid))
        payments.state(Act(sides[side], at), job, paid_on=came, cents=fee * share // 100, number=number)


def _after(job: Job, days: int) -> datetime:
    """Ten o'clock of the first working day that is at least so many days after the acceptance of a job."""
    day = local_day(job.accepted_at or job.state_since) + timedelta(days=days - 1)
    return datetime.combine(almanac.calendar().add(day, 1), datetime.min.time(), HERE) + 10 * HOUR
