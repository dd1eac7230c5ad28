"""What agencies of the demonstration city did wrong: what follows when they keep silent, and what is to be decided."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Unit, regulators_members
from app.agencies.models import Agency
from app.blacklists import operations as blacklists
from app.catalogue.models import Item
from app.credit import operations as credit
from app.credit.models import CreditEvent, items_supervised
from app.demonstration.telling import City, Story
from app.demonstration.units import HOUR
from app.infra.db import session
from app.kernel.act import Act, Actor
from app.kernel.credit_code import make_code
from app.kernel.workdays import HERE, local_day

# These play the scenes of the last days, and must be free to enter: what is noted of them is found to be unfounded.
PLAYERS = 2
UNFOUNDED = "经核实，系业主原因，不予记分。"
LIST = """统一社会信用代码,名称,事由,起始日期,截止日期,来源
{code},{name},拖欠农民工工资,{day},{last},示例市人力资源主管部门（示例）
{stranger},示例外地咨询公司（示例）,提供虚假材料,{day},{last},示例省信用平台（示例）
"""


def conduct(city: City, start: datetime) -> list[Story]:
    return [_silence(city, start), _recorded(city)]


def _silence(city: City, start: datetime) -> Story:
    """Every week, the last time on the last day: what nobody has objected to takes effect, as of its own day."""
    players = [firm.unit_id for firm in city.agencies[:PLAYERS]]
    last = city.until.astimezone(HERE).replace(hour=0, minute=1)
    for weeks in range((last - start).days // 7, -1, -1):
        yield (at := last - timedelta(days=7 * weeks))
        pending = select(CreditEvent).where(CreditEvent.due.is_not(None)).order_by(CreditEvent.id)
        for event in session.scalars(pending).all():
            if event.agency_id in players and event.recorded_by_id is None:
                credit.drop(Act(regulator_of(event.sector_code), at), event, decision=UNFOUNDED)
            elif event.due and event.due <= at:
                city.tick(event, at)


def _recorded(city: City) -> Story:
    """A regulator has recorded something about four agencies: in effect long since, noted, objected to; and it has
    imported an outside list."""
    office = regulator_of("water")
    item = items_supervised("water")[0]
    *others, known, contesting = city.agencies[-3:]
    yield (at := city.until - timedelta(days=60))
    _record(office, at, others[0], item, "staff_swapped", "投标文件所列项目负责人未到场，由他人代替。")
    yield (at := city.until - timedelta(days=4))
    _record(office, at, city.agencies[0], item, "complaint_upheld", "业主投诉其两次未按约定时间到场，经查属实。")
    contested = _record(office, at, contesting, item, "fee_off_platform", "业主提供了合同以外收取资料费的转账凭证。")
    yield (at := at + 2 * HOUR)
    text = "该笔款项为业主委托的另一项工作，有单独的协议。"
    credit.object_to(Act(contesting, at), contested, objection=text)
    yield (at := city.until - timedelta(days=1))
    firm, day = session.get_one(Unit, known.unit_id), local_day(at)
    last = day + timedelta(days=365)
    names = {"code": firm.code, "name": firm.name, "stranger": make_code("91450800", "MAX99999")}
    blacklists.import_list(Act(office, at), text=LIST.format(**names, day=day, last=last))


def _record(office: Actor, at: datetime, firm: Actor, item: Item, code: str, evidence: str) -> CreditEvent:
    agency = session.get_one(Agency, firm.unit_id)
    return credit.record_event(
        Act(office, at), agency, code=code, happened_on=local_day(at), evidence=evidence, item=item
    )


def regulator_of(sector: str) -> Actor:
    """Whoever acts for the regulator of a sector."""
    place = regulators_members(sector)[0]
    return Actor(place.user_id, place.unit_id, place.unit.kind, place.role, sector)
