"""Credit events from notice over statement and objection to effect and repair, measured or recorded."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.agencies.models import Agency, Professional
from app.catalogue.models import Item
from app.credit.barring import settle, settle_person
from app.credit.measures import measured
from app.credit.models import (
    CreditEvent,
    CreditRule,
    events_of,
    marks_of,
    measured_before,
    rules_on,
    scale_on,
)
from app.credit.rules import MAY_RECORD, CreditState
from app.infra import almanac
from app.infra.db import lock, session
from app.infra.record import Event, advance, record
from app.jobs.models import Job
from app.kernel import credit
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.law import the_clock
from app.kernel.words import N_
from app.kernel.workdays import local_day

CLEAN_NO_MORE = N_("a new event took effect in the meantime")


def record_event(
    act: Act,
    agency: Agency,
    *,
    code: str,
    happened_on: date,
    evidence: str,
    file_id: int | None = None,
    item: Item | None = None,
    job: Job | None = None,
    professional: Professional | None = None,
) -> CreditEvent:
    """A regulator records what an agency did, with evidence. The firm is told and may state or object before it counts.
    Only a fraud may concern no particular service."""
    if not MAY_RECORD(act.actor):
        raise NotAllowed(N_("Only a regulator records credit events."))
    item = job.item if job else item
    rule = _rule(act, code, happened_on)
    if job and job.agency_id != agency.id:
        raise Invalid(N_("This job was not served by the agency."), field="job_id")
    if item is None and not rule.fraud:
        raise Invalid(N_("Say which service it concerns."), field="item_id")
    if item and item.sector_code != act.actor.sector:
        raise Invalid(N_("This service is supervised by another regulator."), field="item_id")
    return _notice(
        act,
        rule,
        points=rule.points,
        agency_id=agency.id,
        professional=professional.number if professional else "",
        professional_name=professional.name if professional else "",
        item_id=item.id if item else None,
        job_id=job.id if job else None,
        sector_code=item.sector_code if item else act.actor.sector,
        happened_on=happened_on,
        evidence=evidence,
        numbers={},
        file_id=file_id,
        recorded_by_id=act.actor.unit_id,
    )


def measure(act: Act, event_id: int) -> None:
    """Task: record what an event costs its agency, once. Safe to run twice."""
    event = session.get_one(Event, event_id)
    found = measured(event)
    if found is None or (rule := rules_on(found.day).get(found.code)) is None:
        return
    lock(session.get_one(Agency, found.agency_id))
    if measured_before(found.agency_id, found.job.id, found.kind):
        return
    _notice(
        act,
        rule,
        points=rule.points * found.times,
        agency_id=found.agency_id,
        item_id=found.job.item_id,
        job_id=found.job.id,
        sector_code=found.job.sector_code,
        happened_on=found.day,
        measure=found.kind,
        evidence=found.says,
        numbers=found.numbers,
    )


def make_statement(act: Act, event: CreditEvent, *, statement: str) -> None:
    """The firm says its side, published beside the event; the event goes on as it was."""
    event.statement = statement
    advance(act, event, "state", due=event.due, counted=event.counted())


def object_to(act: Act, event: CreditEvent, *, objection: str, file_id: int | None = None) -> None:
    """The firm contests the event: it has no effect before the regulator has decided."""
    event.objection, event.objection_file_id = objection, file_id
    advance(act, event, "object")


def take_effect(act: Act, event: CreditEvent) -> None:
    """The clock's verb when the time to object has passed in silence: it counts from the day after its last day."""
    _into_effect(act, event, "take_effect", local_day(event.due or act.now))


def confirm(act: Act, event: CreditEvent, *, decision: str) -> None:
    """The regulator decides against the objection: the event counts from today."""
    event.decision = decision
    _into_effect(act, event, "confirm", local_day(act.now))


def drop(act: Act, event: CreditEvent, *, decision: str) -> None:
    """The regulator drops an event that does not count yet. It never did."""
    event.decision = decision
    advance(act, event, "drop", reason=decision)


def revoke(act: Act, event: CreditEvent, *, decision: str) -> None:
    """The regulator takes back an event that counts: from now on the account is reckoned without it."""
    event.decision = decision
    advance(act, event, "revoke", reason=decision)
    _settle(act, event)


def ask_repair(act: Act, event: CreditEvent, *, plea: str) -> None:
    """After the clean months of the law the firm asks that an event count less."""
    day = local_day(act.now)
    clean = clean_from(event, act.now)
    if clean and day < clean:
        text = N_("Repair may be asked for from %(day)s on, if no other event takes effect before.")
        raise Invalid(text, field="plea", day=clean)
    if not credit.total(marks_of([event]), day, scale_on(day)):
        raise Invalid(N_("This event no longer counts: there is nothing to repair."), field="plea")
    event.repair_plea, event.repair_decision = plea, ""
    advance(act, event, "ask_repair")


def repair(act: Act, event: CreditEvent, *, decision: str = "") -> None:
    """The regulator, or in its silence the clock, grants the repair, if the months are still clean: until it is done no
    other event of the agency takes effect."""
    event.lock()
    lock(event.agency)
    clean = clean_from(event, act.now)
    if clean and local_day(act.now) < clean:
        if not the_clock(act.actor):
            raise WrongState(N_("A new event took effect in the meantime: refuse the repair."))
        refuse_repair(act, event, decision=CLEAN_NO_MORE)
        return
    event.repair_decision, event.repaired_on = decision, local_day(act.now)
    advance(act, event, "repair")
    _settle(act, event)


def refuse_repair(act: Act, event: CreditEvent, *, decision: str) -> None:
    event.repair_decision = decision
    advance(act, event, "refuse_repair", reason=decision)


def clean_from(event: CreditEvent, now: datetime) -> date | None:
    """The day from which the repair of an event may be asked for; None when its agency has none in effect."""
    marks = marks_of(events_of(event.agency_id))
    return credit.clean_from(marks, almanac.number("credit_repair_months", now)) if marks else None


def load(rows: Callable[[str], list[dict[str, str]]], standards: object, now: datetime) -> None:
    """Add the shipped credit rules that are not there yet, and bar the professionals whose events say so."""
    known = {tuple(one) for one in session.execute(select(CreditRule.code, CreditRule.effective_from))}
    for row in rows("credit_events.csv"):
        day = date.fromisoformat(row["effective_from"])
        if (row["code"], day) not in known:
            words = {name: row[name] for name in ("code", "zh", "en", "basis", "mark")}
            marks = {name: row[name] == "yes" for name in ("measured", "fraud", "repairable")}
            session.add(CreditRule(points=int(row["points"]), effective_from=day, **words, **marks))
    session.flush()
    for number in session.scalars(select(CreditEvent.professional).where(CreditEvent.professional != "").distinct()):
        settle_person(number)


def _rule(act: Act, code: str, happened_on: date) -> CreditRule:
    """The rule in force on a day, if it is one that a regulator records."""
    if happened_on > local_day(act.now):
        raise Invalid(N_("Choose the day on which it happened, today at the latest."), field="happened_on")
    rule = rules_on(happened_on).get(code)
    if rule is None:
        raise Invalid(N_("No rule on this was in force on that day."), field="happened_on")
    if rule.measured:
        raise Invalid(N_("The system measures this itself."), field="code")
    return rule


def _notice(act: Act, rule: CreditRule, **known: Any) -> CreditEvent:
    waits = almanac.waits(act.now, "credit_statement")
    state = {"state": CreditState.NOTICED, "state_since": act.now} | waits
    event = CreditEvent(rule=rule, recorded_at=act.now, **state, **known)
    record(act, "credit_event.notice", event, code=rule.code, points=event.points, due=waits["due"].isoformat())
    return event


def _into_effect(act: Act, event: CreditEvent, verb: str, day: date) -> None:
    event.effective_on = day
    advance(act, event, verb, effective_on=day.isoformat(), points=event.points)
    _settle(act, event)


def _settle(act: Act, event: CreditEvent) -> None:
    settle(act, event.agency)
    if event.professional:
        settle_person(event.professional)
