"""From credit events to the bars that eligibility reads, and who is told of them."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from app.agencies.bars import Bar
from app.agencies.models import Agency
from app.credit.models import events_of, marks_of, running_jobs, scale_on
from app.infra.db import lock, session
from app.infra.record import record
from app.kernel import credit
from app.kernel.act import Act
from app.kernel.words import N_
from app.kernel.workdays import local_day

SUSPENDED = N_("suspended for credit points")
REMOVED = N_("removed from the market for fraud")


def settle(act: Act, agency: Agency) -> None:
    """Write the bars of an agency that follow from its credit events anew, one act at a time."""
    lock(agency)
    held = (Bar.agency_id == agency.id, Bar.says.in_((SUSPENDED, REMOVED)))
    before = {_span(bar) for bar in session.scalars(select(Bar).where(*held))}
    session.execute(delete(Bar).where(*held))
    bars = bars_of(agency.id)
    session.add_all(bars)
    session.flush()
    tell_owners(act, agency, (bar for bar in bars if _span(bar) not in before))


def bars_of(agency_id: int) -> list[Bar]:
    """The bars that follow from an agency's credit events, as rows not yet kept."""
    events = events_of(agency_id)
    items = {event.item.code: event.item_id for event in events if event.item}
    bars = []
    for one in credit.bars(marks_of(events), scale_on):
        item_id, says = (items[one.item], SUSPENDED) if one.item else (None, REMOVED)
        bars.append(Bar(agency_id=agency_id, item_id=item_id, first_day=one.first, last_day=one.last, says=says))
    return bars


def tell_owners(act: Act, agency: Agency, fresh: Iterable[Bar]) -> None:
    """Put it on the record of the jobs that go on although their agency is barred now, for their owners to be told."""
    today = local_day(act.now)
    running = [bar for bar in fresh if bar.first_day <= today <= bar.last_day]
    for job in {job.id: job for bar in running for job in running_jobs(agency.id, bar.item_id)}.values():
        record(act, "job.agency_barred", job, agency=agency.unit.name)


def _span(bar: Bar) -> tuple[object, ...]:
    return bar.item_id, bar.first_day, bar.last_day
