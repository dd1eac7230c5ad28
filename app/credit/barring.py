"""From credit events to the bars that eligibility reads, and who is told of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from app.agencies.bars import Bar, PersonalBar
from app.agencies.models import Agency
from app.credit.models import (
    CreditEvent,
    about,
    counting,
    events_of,
    marks_of,
    running_jobs,
    scale_on,
)
from app.credit.rules import GRADES, pending
from app.infra.db import gate, lock, session
from app.infra.record import record
from app.kernel import credit
from app.kernel.act import VISITOR, Act
from app.kernel.credit import Grade
from app.kernel.words import N_
from app.kernel.workdays import local_day

# Whoever reckons the bars of professionals, who may have served several agencies, passes alone.
GATE = 2005
SUSPENDED = N_("suspended for credit points")
REMOVED = N_("removed from the market for fraud")
FROM_EVENTS = (SUSPENDED, REMOVED)


@dataclass(frozen=True)
class Barring:
    """What follows from an event: no entry to jobs of its item, or of any where it is `removed`, for so many months,
    through a day."""

    removed: bool
    months: int
    last: date


def follows(event: CreditEvent, today: date) -> Barring | None:
    """The bar that follows from an event that is in effect, or would where it took effect today; None for none."""
    if not (counting(event) or pending(VISITOR, event)):
        return None
    since, scale = event.effective_on or today, scale_on(event.effective_on or today)
    mark = credit.Mark(event.id, event.item.code if event.item else None, event.points, since, event.rule.fraud)
    known = [one for one in marks_of(events_of(event.agency_id)) if one.id != event.id]
    for item, months in credit.barred(mark, [*known, mark], scale):
        return Barring(item is None, months, credit.months_after(since, months) - credit.DAY)
    return None


@dataclass(frozen=True)
class Stands:
    """How an agency stands over all, in a msgid, with more of it and its last day where it has one."""

    says: str
    detail: str = ""
    until: date | None = None


def stands(overall: credit.Standing, bars: Iterable[Bar]) -> Stands:
    """How an agency stands with what bars it today: a bar of another cause, like an outside list, is told where its own
    events have not removed it."""
    other = next((bar for bar in bars if bar.says not in FROM_EVENTS), None)
    if other is None or overall.grade == Grade.REMOVED:
        return Stands(GRADES[overall.grade], "", overall.until)
    return Stands(other.says, other.detail, other.last_day)


def settle(act: Act, agency: Agency) -> None:
    """Write the bars of an agency that follow from its credit events anew, one act at a time."""
    lock(agency)
    held = (Bar.agency_id == agency.id, Bar.says.in_(FROM_EVENTS))
    before = {_span(bar) for bar in session.scalars(select(Bar).where(*held))}
    session.execute(delete(Bar).where(*held))
    bars = bars_of(agency.id)
    session.add_all(bars)
    session.flush()
    tell_owners(act, agency, (bar for bar in bars if _span(bar) not in before))


def settle_person(number: str) -> None:
    """Write the bars of a professional that follow from the credit events about that person anew."""
    gate(GATE, shared=False)
    session.execute(delete(PersonalBar).where(PersonalBar.number == number))
    session.add_all(PersonalBar(number=number, **span) for span in _spans(about([number]).get(number, [])))
    session.flush()


def bars_of(agency_id: int) -> list[Bar]:
    """The bars that follow from an agency's credit events, as rows not yet kept."""
    return [Bar(agency_id=agency_id, **span) for span in _spans(events_of(agency_id))]


def _spans(events: list[CreditEvent]) -> Iterator[dict[str, Any]]:
    items = {event.item.code: event.item_id for event in events if event.item}
    for one in credit.bars(marks_of(events), scale_on):
        item_id, says = (items[one.item], SUSPENDED) if one.item else (None, REMOVED)
        yield {"item_id": item_id, "first_day": one.first, "last_day": one.last, "says": says}


def tell_owners(act: Act, agency: Agency, fresh: Iterable[Bar]) -> None:
    """Put it on the record of the jobs that go on although their agency is barred now, for their owners to be told."""
    today = local_day(act.now)
    running = [bar for bar in fresh if bar.first_day <= today <= bar.last_day]
    for job in {job.id: job for bar in running for job in running_jobs(agency.id, bar.item_id)}.values():
        record(act, "job.agency_barred", job, agency=agency.unit.name)


def _span(bar: Bar) -> tuple[object, ...]:
    return bar.item_id, bar.first_day, bar.last_day
