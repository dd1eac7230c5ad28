"""The service clock of a job, derived from its record: the ledger, the due day, what is left of the cap of pauses."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from app.infra import almanac
from app.jobs.models import Job
from app.jobs.rules import is_terminated, paused
from app.kernel import service_clock
from app.kernel.act import VISITOR, Act
from app.kernel.deadline_record import Agreed, Standstill, deadline_record
from app.kernel.service_clock import Ledger
from app.kernel.words import N_
from app.kernel.workdays import HERE, Calendar, due_day, local_day
from app.services.models import Pause, on_the_clock, pauses_of, suspensions_of
from app.services.rules import BEFORE_DUE, TOLD_AS, is_due

NOON = time(12)
STANDSTILLS = ("pause", "suspension")


def ledger_of(
    job: Job, events: Sequence[Any] | None = None, until: datetime | None = None, more: int = 0
) -> Ledger | None:
    """The day-by-day record of a job's service clock; None before it runs. `events` are what moves it (asked of the
    database when not given); what still stands still counts up to `until`, and not at all without it. `more` are days
    that nobody has agreed to yet."""
    found = on_the_clock(job.id) if events is None else events
    return _ledger(job, stretches(found, until), [*(row.days for row in found), more])


def calendar_for(job: Job) -> Calendar:
    """The calendar that a job's service is counted by: the one in force, or where its clock has ended, the one then."""
    ended = clock_ended(job)
    return almanac.calendar_as_of(ended[1]) if ended else almanac.calendar()


def hours_of(job: Job) -> service_clock.Hours | None:
    """The working hours that a job's pauses are counted by: those in force when its clock started; None before."""
    return almanac.hours(datetime.combine(job.clock_start, NOON, HERE)) if job.clock_start else None


def days_used(job: Job, ledger: Ledger, until: date) -> int:
    """The working days of the service up to a day: those counted, and past the due day every one that is overdue."""
    counted = sum(row.kind == "counted" and row.day <= until for row in ledger.rows)
    return counted + (calendar_for(job).between(ledger.due, until) if until > ledger.due else 0)


def stretches(events: Sequence[Any], until: datetime | None = None) -> list[service_clock.Pause]:
    """The pauses and suspensions as stretches of time; one that lasts ends at `until`, and is left out without it."""
    found = []
    for row in events:
        end = row.ended_at or (min(until, row.due or until) if until else None)
        if end is not None and row.what in STANDSTILLS:
            found.append(service_clock.Pause(row.since, max(end, row.since)))
    return found


def lasts(events: Sequence[Any]) -> bool:
    """Whether a pause or a suspension lasts, so that the clock stands still."""
    return any(row.what in STANDSTILLS and row.ended_at is None for row in events)


def moved(job: Job) -> bool:
    """Whether the service is due on another day than first promised. While it stands still the day moves on, and what
    was last promised is told by nobody."""
    return job.promised_due not in (None, job.service_due) and not paused(VISITOR, job)


def clock_ended(job: Any) -> tuple[str, datetime] | None:
    """What ended the clock of a service, as a msgid, and when; None while it runs."""
    if job.delivered_at:
        return N_("delivered"), job.delivered_at
    return (N_("terminated"), job.state_since) if is_terminated(VISITOR, job) else None


def kinds_asked(story: Iterable[Any]) -> set[str]:
    """The kinds of new days that were asked for and not dropped again, of all that is on record about a job."""
    kinds: set[str] = set()
    for row in story:
        if row.name == "alteration.ask":
            kinds.add(row.facts["kind"])
        elif row.name in ("alteration.drop", "alteration.fall_away"):
            kinds.discard(row.facts.get("kind", ""))
    return kinds


def lasted(job: Job, now: datetime) -> date:
    """The last day that a service may count: the one on which its clock ended, or today."""
    ended = clock_ended(job)
    return local_day(ended[1] if ended else now)


def course(job: Any, story: Iterable[Any], now: datetime) -> dict[str, Any]:
    """How far the service is, for the page of its job: its days so far, whether it was in time, which steps come too
    late, and what the owner found when accepting (of `story`, all that is on record)."""
    ledger = ledger_of(job, until=now) if job.clock_start else None
    return {
        "ledger": ledger,
        "ended": clock_ended(job),
        "counted": days_used(job, ledger, lasted(job, now)) if ledger else 0,
        "still": paused(VISITOR, job),
        "moved": moved(job),
        "closed": BEFORE_DUE if is_due(VISITOR, job, now) else (),
        "on_time": bool(job.delivered_at and job.service_due and job.delivered_at < job.service_due),
        "accepted": next((row.facts for row in story if row.name == "job.accept"), None),
    }


def derived_due(job: Job, until: datetime | None = None, more: int = 0) -> datetime:
    """The exclusive instant at which the service is due, from the record: its start, its days and what was agreed to
    add to them, and its ended pauses and suspensions; one that lasts counts up to `until`. With `more`, as it would be
    once these days are agreed to."""
    almanac.almanac(fresh=True)
    ledger = ledger_of(job, until=until, more=more)
    if ledger is None:
        raise ValueError(f"the service clock of job {job.id} does not run")
    return calendar_for(job).deadline(datetime.combine(ledger.due, NOON, HERE), 0)


def days_left_to_pause(act: Act, job: Job) -> int:
    ledger = _ledger(job, _ended_pauses(job.id))
    return almanac.number("pause_cap", act.now) - (ledger.excluded_days if ledger else 0)


def cap_reached(act: Act, pause: Pause) -> datetime:
    """The end of the day on which the job's pauses, this one running on, come to as many days as the cap allows."""
    cap, ended = almanac.number("pause_cap", act.now), _ended_pauses(pause.job_id)
    days = max(days_left_to_pause(act, pause.job) - 1, 0)
    while True:
        until = almanac.calendar().deadline(pause.asked_at, days)
        ledger = _ledger(pause.job, [*ended, service_clock.Pause(pause.asked_at, until)])
        if ledger is None or ledger.excluded_days >= cap:
            return until
        days += 1


def _ledger(job: Job, stood: Sequence[service_clock.Pause], added: Sequence[int] = ()) -> Ledger | None:
    hours = hours_of(job)
    if hours is None or job.clock_start is None or job.agreed_days is None:
        return None
    return service_clock.ledger(calendar_for(job), hours, job.clock_start, job.agreed_days, stood, added)


def _ended_pauses(job_id: int) -> list[service_clock.Pause]:
    return stretches([row for row in on_the_clock(job_id) if row.what == "pause"])


def record_of(job: Job, now: datetime) -> dict[str, Any] | None:
    """The public record of a job's clock as it stands, from which strangers recompute its due day; None before it runs.
    It has no papers and names nobody."""
    hours = hours_of(job)
    if hours is None or job.clock_start is None or job.agreed_days is None:
        return None
    stood = [one for one in (_told(pause, now) for pause in pauses_of(job.id)) if one]
    for row in suspensions_of(job.id):
        state = "counted" if row.ended_at else "running"
        stood.append(Standstill("suspension", row.reason, row.started_at, row.ended_at or now, state))
    agreed = [Agreed(row.what, row.days, row.since) for row in on_the_clock(job.id) if row.what not in STANDSTILLS]
    facts: dict[str, Any] = {"job": job.number or "", "as_of": now, "delivered_at": job.delivered_at}
    facts["held"] = due_day(job.service_due) if job.service_due and job.service_due > derived_due(job, now) else None
    return deadline_record(calendar_for(job), hours, job.clock_start, job.agreed_days, stood, agreed, **facts)


def _told(pause: Pause, now: datetime) -> Standstill | None:
    """A pause as everybody may know it; None where the clock never stood still."""
    state = TOLD_AS.get(pause.state, "")
    end = pause.ended_at or (pause.state_since if state == "vetoed" else min(now, pause.due or now))
    return Standstill("pause", pause.reason, pause.asked_at, max(end, pause.asked_at), state) if state else None
