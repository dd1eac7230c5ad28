"""The service itself: the clock that starts when the papers are complete, its pauses, the report and its acceptance."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from app.contracts.operations import accept_papers, trip
from app.infra import almanac
from app.infra.db import session
from app.infra.files import files_by_id
from app.infra.outbox import enqueue
from app.infra.record import Event, advance, record
from app.jobs.models import Job
from app.jobs.rules import serving
from app.kernel import service_clock
from app.kernel.act import CLOCK, Act
from app.kernel.errors import Invalid, WrongState
from app.kernel.law import the_clock
from app.kernel.service_clock import Ledger
from app.kernel.words import N_
from app.kernel.workdays import HERE, due_day, local_day
from app.services.models import DeliveredFile, Delivery, Pause, counting_pauses, last_delivery, open_pause
from app.services.rules import REASONS, PauseState, runs

LEAST_REASON, LEAST_EVIDENCE = 5, 20
NOON = time(12)


def start(act: Act, job: Job) -> None:
    """Accept the papers as complete, by the agency or, when it was silent, by the clock. Day zero of the service clock
    is the day of the acceptance; for the clock, the last day on which defects could have been named."""
    _ready(act, job, "start")
    silent = the_clock(act.actor)
    job.clock_start = due_day(job.due) if silent and job.due else local_day(act.now)
    job.service_due = _derived_due(job)
    accept_papers(act, job)
    advance(act, job, "start", due=job.service_due, start=job.clock_start.isoformat(), silent=silent)


def ledger_of(job: Job, pauses: Sequence[Any] | None = None, until: datetime | None = None) -> Ledger | None:
    """The day-by-day record of a job's service clock; None before it runs. `pauses` are those that count (asked of the
    database when not given); one that still runs counts up to `until`, and not at all without it."""
    return _ledger(job, stretches(counting_pauses(job.id) if pauses is None else pauses, until))


def days_used(ledger: Ledger, until: date) -> int:
    """The working days of the service up to a day: those counted, and past the due day every one that is overdue."""
    counted = sum(row.kind == "counted" and row.day <= until for row in ledger.rows)
    return counted + (almanac.calendar().between(ledger.due, until) if until > ledger.due else 0)


def stretches(pauses: Sequence[Any], until: datetime | None = None) -> list[service_clock.Pause]:
    """The pauses as stretches of time; one that still runs ends at `until`, and is left out without it."""
    found = []
    for pause in pauses:
        end = pause.ended_at or (min(until, pause.due or until) if until else None)
        if end is not None:
            found.append(service_clock.Pause(pause.asked_at, max(end, pause.asked_at)))
    return found


def ask_pause(act: Act, job: Job, *, reason: str, text: str, file_id: int | None) -> Pause:
    """Ask for a pause before the service is due, for one of the lawful reasons, with evidence: a file, or what happened
    in at least 20 characters. It counts from now once the other side agrees or keeps silent."""
    _ready(act, job, "pause")
    if job.due is None or act.now >= job.due:
        raise WrongState(N_("The service is due already. A pause must be asked for before that."))
    if open_pause(job.id):
        raise WrongState(N_("A pause is asked for already. There is one at a time."))
    if reason not in REASONS:
        raise Invalid(N_("Choose the reason from the list: there are no others."), field="reason")
    if not file_id and len(text.strip()) < LEAST_EVIDENCE:
        lacks = N_("Give evidence: a file, or what happened in at least %(n)s characters.")
        raise Invalid(lacks, field="text", n=LEAST_EVIDENCE)
    if _days_left_to_pause(act, job) <= 0:
        full = N_("All pauses of this job together have reached the cap of %(n)s working days.")
        raise WrongState(full, n=almanac.number("pause_cap", act.now))
    due = almanac.deadline(act.now, "pause_confirm")
    pause = Pause(
        job=job,
        asked_by_id=act.actor.unit_id,
        reason=reason,
        text=text.strip(),
        file_id=file_id,
        asked_at=act.now,
        state=PauseState.ASKED,
        state_since=act.now,
        due=due,
    )
    record(act, "pause.ask", pause, reason=reason, due=due.isoformat())
    return pause


def confirm_pause(act: Act, pause: Pause) -> None:
    """Agree to a pause, by the other side or, when it was silent, by the clock. It counts from the instant it was asked
    for."""
    _ready(act, pause, "confirm")
    _confirm(act, pause)
    advance(act, pause.job, "pause", pause_id=pause.id, reason=pause.reason)


def refuse_pause(act: Act, pause: Pause, *, answer: str) -> None:
    """Refuse a pause with an answer; the clock never stood still."""
    _ready(act, pause, "refuse")
    pause.answer = _reasoned(answer, "answer")
    advance(act, pause, "refuse", answer=pause.answer)


def drop_pause(act: Act, pause: Pause) -> None:
    """Take back a pause that nobody has answered yet."""
    advance(act, pause, "drop")


def resume(act: Act, job: Job) -> None:
    """End the running pause and go on with a due day derived anew."""
    _ready(act, job, "resume")
    pause = open_pause(job.id)
    if pause is None:
        raise WrongState(N_("No pause is running."))
    _end(act, pause, "end")
    job.service_due = _derived_due(job)
    advance(act, job, "resume", due=job.service_due, pause_id=pause.id)


def end_at_cap(act: Act, pause: Pause) -> None:
    """The clock's verb: all pauses of the job together have reached their cap, and the service goes on."""
    pause.lock()
    resume(act, pause.job)


def veto_pause(act: Act, pause: Pause, *, reason: str) -> None:
    """Strike a pause out, as the regulator of the sector: it never counted, and the due day is derived anew."""
    _ready(act, pause, "veto")
    job, running = pause.job, runs(act.actor, pause)
    pause.answer = _reasoned(reason, "reason")
    advance(act, pause, "veto", reason=pause.answer)
    if running:
        job.service_due = _derived_due(job)
        advance(act, job, "veto_pause", due=job.service_due, pause_id=pause.id, reason=pause.answer)
    else:
        rederive(act, job)


def rederive(act: Act, job: Job) -> None:
    """Derive a job's due day anew when its pauses or the calendar have changed; record both days when it moved."""
    job.lock()
    before, after = job.service_due, _derived_due(job) if job.clock_start else None
    if before == after or before is None or after is None:
        return
    job.service_due = after
    if serving(act.actor, job):
        job.due = after
    record(act, "job.due_changed", job, before=before.isoformat(), due=after.isoformat())


def deliver(act: Act, job: Job, *, file_ids: Sequence[int], note: str, came: bool = False) -> Delivery:
    """Hand the report over, one round more. A pause that is running ends, one that is only asked for falls away. The
    first delivery stops the service clock."""
    _ready(act, job, "deliver")
    files = files_by_id(list(file_ids))
    if not files:
        raise Invalid(N_("Add at least one file: the report itself."), field="files")
    _close_pause(act, job)
    due = job.due
    if job.delivered_at is None:
        due = job.service_due = _derived_due(job)
        job.delivered_at = act.now
    late = due is not None and act.now >= due
    last = last_delivery(job.id)
    delivery = Delivery(job_id=job.id, round=last.round + 1 if last else 1, delivered_at=act.now, note=note.strip())
    session.add_all(DeliveredFile(delivery=delivery, file=file) for file in files)
    advance(
        act,
        job,
        "deliver",
        round=delivery.round,
        late=late,
        trips=trip(job, came),
        sha256=[file.sha256 for file in files],
    )
    return delivery


def return_report(act: Act, job: Job, *, reason: str) -> None:
    """Return the report for rework, with everything that must be mended."""
    _ready(act, job, "return_report")
    why, delivery = _reasoned(reason, "reason"), last_delivery(job.id)
    if delivery is None:
        raise WrongState(N_("No report has been delivered."))
    delivery.returned_at, delivery.returned_because = act.now, why
    job.rework_rounds += 1
    advance(act, job, "return_report", reason=why, round=delivery.round)


def accept(act: Act, job: Job, *, checklist: Sequence[int] | None = None, came: bool = False) -> None:
    """Accept the report, by the owner or, when it was silent, by the clock. `checklist` are the places in the pinned
    standard's quality checklist that the owner found met; it stays on the record."""
    _ready(act, job, "accept")
    job.accepted_at = act.now
    asked = len(job.standard.checklist)
    met = sorted({place for place in checklist or () if 0 <= place < asked})
    found: dict[str, Any] = {"met": None if checklist is None else met, "asked": asked}
    advance(act, job, "accept", silent=the_clock(act.actor), trips=trip(job, came), **found)


def terminate(act: Act, job: Job, *, reason: str) -> None:
    """End the job before its time, as the operator or the regulator. The reason is public."""
    _ready(act, job, "terminate")
    why = _reasoned(reason, "reason")
    _close_pause(act, job)
    advance(act, job, "terminate", reason=why)


def plan_reminder(act: Act, event_id: int) -> None:
    """Reaction to a delivery: remind the owner before silence accepts, when that working day begins."""
    event = session.get_one(Event, event_id)
    job = session.get_one(Job, event.subject_id)
    if job.state_since != event.at or job.due is None:
        return
    day = almanac.calendar().add(due_day(job.due), -almanac.number("acceptance_reminder", act.now))
    opens = datetime.combine(day, almanac.hours(act.now).spans[0][0], HERE)
    enqueue(act, "notices.remind", at=max(act.now, opens), event_id=event_id)


def _ready(act: Act, thing: Job | Pause, verb: str) -> None:
    """Lock the row before anything is read of it, and refuse what the law does not allow now."""
    thing.lock()
    thing.LIFE.check(act, thing, verb)


def _confirm(act: Act, pause: Pause) -> None:
    advance(act, pause, "confirm", due=_cap_reached(act, pause), silent=the_clock(act.actor))


def _end(act: Act, pause: Pause, verb: str) -> None:
    pause.ended_at = min(act.now, pause.due) if pause.due else act.now
    advance(act, pause, verb)


def _close_pause(act: Act, job: Job) -> None:
    """The job leaves the service: what silence has agreed to counts, a running pause ends, one only asked for falls."""
    pause, closing = open_pause(job.id), Act(CLOCK, act.now)
    if pause is None:
        return
    if not runs(act.actor, pause) and pause.LIFE.lapsed(pause, act.now):
        _confirm(closing, pause)
    if runs(act.actor, pause):
        _end(closing, pause, "close")
    else:
        advance(closing, pause, "drop")


def _ledger(job: Job, stood: Sequence[service_clock.Pause]) -> Ledger | None:
    if job.clock_start is None or job.agreed_days is None:
        return None
    hours = almanac.hours(datetime.combine(job.clock_start, NOON, HERE))
    return service_clock.ledger(almanac.calendar(), hours, job.clock_start, job.agreed_days, stood)


def _derived_due(job: Job) -> datetime:
    """The exclusive instant at which the service is due, from the record: its start, its days, its ended pauses."""
    almanac.almanac(fresh=True)
    ledger = ledger_of(job)
    if ledger is None:
        raise ValueError(f"the service clock of job {job.id} does not run")
    return almanac.calendar().deadline(datetime.combine(ledger.due, NOON, HERE), 0)


def _days_left_to_pause(act: Act, job: Job) -> int:
    ledger = ledger_of(job)
    return almanac.number("pause_cap", act.now) - (ledger.excluded_days if ledger else 0)


def _cap_reached(act: Act, pause: Pause) -> datetime:
    """The end of the day on which the job's pauses, this one running on, come to as many days as the cap allows."""
    cap, ended = almanac.number("pause_cap", act.now), stretches(counting_pauses(pause.job_id))
    days = max(_days_left_to_pause(act, pause.job) - 1, 0)
    while True:
        until = almanac.calendar().deadline(pause.asked_at, days)
        ledger = _ledger(pause.job, [*ended, service_clock.Pause(pause.asked_at, until)])
        if ledger is None or ledger.excluded_days >= cap:
            return until
        days += 1


def _reasoned(reason: str, field: str) -> str:
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field=field, n=LEAST_REASON)
    return reason.strip()
