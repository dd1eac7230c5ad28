"""Credit events in few words: recorded by the regulator, brought into effect by silence, measured of a job."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import wiring
from app.agencies.bars import Bar
from app.agencies.models import Agency
from app.credit import documents, operations
from app.credit.commands import english
from app.credit.models import CreditEvent, credit_list
from app.infra.clockwork import take_late
from app.infra.db import session
from app.infra.record import Event
from app.kernel.act import CLOCK, Act
from app.kernel.credit_code import make_code
from app.kernel.workdays import local_day
from tests import make
from tests.staging import NOW
from tests.verify import verifiers

TODAY = local_day(NOW)
CREDIT = verifiers.ROOT / "verify" / "credit.py"
STRANGER_TO_US = verifiers.loaded(CREDIT)
NOTHING = {"sum": 0, "grade": "normal", "until": None, "items": [], "bars": []}
STRANGER = make_code("91450800", "MA999999")
WHY = "经现场核查并有书面材料证明。"


def noted(agency: Agency, code: str = "subcontract", now: datetime = NOW, **more: Any) -> CreditEvent:
    """An event the regulator of water resources has just recorded."""
    known: dict[str, Any] = {"happened_on": local_day(now), "evidence": WHY, "item": make.item()}
    return operations.record_event(make.act(make.regulator(), now), agency, code=code, **known | more)


def in_effect(agency: Agency, code: str = "subcontract", now: datetime = NOW, **more: Any) -> CreditEvent:
    """An event the firm has kept silent about."""
    return make.lapse(noted(agency, code, now, **more))


def listed(*codes: str, until: str = "2030-12-31") -> str:
    """An outside blacklist with these firms."""
    lines = [f"{code},示例名称（示例）,拖欠农民工工资,2026-01-01,{until},示例主管部门（示例）" for code in codes]
    return "\n".join(["code,name,reason,from,until,source", *lines])


def on(event: CreditEvent, days: int = 0, months: int = 0) -> datetime:
    """Noon of a day after an event took effect."""
    assert event.effective_on
    return datetime.combine(event.effective_on, NOW.timetz()) + timedelta(days=days + 31 * months)


def bars(agency: Agency) -> list[tuple[int | None, date, date]]:
    rows = session.scalars(select(Bar).where(Bar.agency_id == agency.id).order_by(Bar.first_day, Bar.id))
    return [(one.item_id, one.first_day, one.last_day) for one in rows]


def measure(name: str, thread: str) -> list[CreditEvent]:
    """What the newest event of that name costs, as the task finds it; run twice, as a task may."""
    same = select(Event).where(Event.name == name, Event.thread_of == thread)
    event = session.scalars(same.order_by(Event.id.desc())).first()
    assert event, name
    assert "credit.measure" in wiring.REACTIONS[name]
    for _ in range(2):
        operations.measure(Act(CLOCK, event.at), event.id)
    return list(session.scalars(select(CreditEvent).where(CreditEvent.measure.is_not(None)).order_by(CreditEvent.id)))


def clock_takes(event: CreditEvent) -> None:
    assert event.due
    take_late(CreditEvent, event.id, event.due, wiring.VERBS)


def agree(day: date, path: Any, later: date | None = None) -> int:
    """That the verifier finds all of the list of a day right, and `credit explain` says the same of that day and of a
    later one; how many stand on the list."""
    told = documents.open_list(credit_list(day), day, english)
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    status, said = STRANGER_TO_US.judge(path, str(later or day))
    assert status == 0, said
    found = {line.split(" on ")[0]: json.loads(line.split(": ", 1)[1]) for line in said.splitlines()[1:]}
    for agency in session.scalars(select(Agency)):
        mine = documents.explained(agency, later or day, english)
        bars = [{name: one[name] for name in ("item", "first", "last")} for one in mine["bars"]]
        mine["bars"] = sorted(bars, key=lambda bar: (bar["first"], bar["item"] or "", bar["last"]))
        for number, one in ((agency.unit.code, mine), *((one["number"], one) for one in mine["professionals"])):
            assert {name: one[name] for name in NOTHING} == found.get(number, NOTHING)
    return len(found)
