"""The service itself: the clock that starts when the papers are complete, its pauses, the report and its acceptance.
What changes the days agreed, and suspension, are in app/alterations."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from app.contracts.operations import accept_papers, trip
from app.infra import almanac
from app.infra.db import session
from app.infra.files import files_by_id
from app.infra.outbox import enqueue
from app.infra.record import Event, advance, record
from app.jobs.models import Job
from app.jobs.rules import serving
from app.kernel.act import CLOCK, Act
from app.kernel.errors import Invalid, WrongState
from app.kernel.law import the_clock
from app.kernel.words import N_
from app.kernel.workdays import HERE, due_day, local_day
from app.services.clock import cap_reached, days_left_to_pause, derived_due
from app.services.models import (
    Alteration,
    DeliveredFile,
    Delivery,
    Pause,
    last_delivery,
    open_alteration,
    open_pause,
    open_suspension,
    uncounted,
)
from app.services.rules import REASONS, PauseState, runs

LEAST_REASON, LEAST_EVIDENCE = 5, 20
TAKEN_BACK = N_("whoever asked took it back")


def start(act: Act, job: Job) -> None:
    """Accept the papers as complete, by the agency or, when it was silent, by the clock. Day zero of the service clock
    is the day of the acceptance; for the clock, the last day on which defects could have been named."""
    ready(act, job, "start")
    silent = the_clock(act.actor)
    job.clock_start = due_day(job.due) if silent and job.due else local_day(act.now)
    job.promised_due = job.service_due = derived_due(job)
    accept_papers(act, job)
    counted = (job.clock_start, job.agreed_days or 0)
    advance(act, job, "start", due=job.service_due, counted=counted, start=job.clock_start.isoformat(), silent=silent)


def refuse_when_due(act: Act, job: Job, says: str) -> None:
    """Refuse what must be asked for before the service is due, as its clock stands now."""
    if act.now >= max(derived_due(job, act.now), job.service_due or act.now):
        raise WrongState(says)


def refuse_pausing(act: Act, job: Job) -> None:
    """Refuse, with what to do, where no pause can be asked for now."""
    refuse_when_due(act, job, N_("The service is due already. A pause must be asked for before that."))
    if open_pause(job.id):
        raise WrongState(N_("A pause is asked for already. There is one at a time."))
    if days_left_to_pause(act, job) <= 0:
        full = N_("All pauses of this job together have reached the cap of %(n)s working days.")
        raise WrongState(full, n=almanac.number("pause_cap", act.now))


def ask_pause(act: Act, job: Job, *, reason: str, text: str, file_id: int | None) -> Pause:
    """Ask for a pause before the service is due, for one of the lawful reasons, with evidence: a file, or what happened
    in at least 20 characters. It counts from now once the other side agrees or keeps silent."""
    ready(act, job, "pause")
    refuse_pausing(act, job)
    if reason not in REASONS:
        raise Invalid(N_("Choose the reason from the list: there are no others."), field="reason")
    if not file_id and len(text.strip()) < LEAST_EVIDENCE:
        lacks = N_("Give evidence: a file, or what happened in at least %(n)s characters.")
        raise Invalid(lacks, field="text", n=LEAST_EVIDENCE)
    pause = Pause(
        job=job,
        asked_by_id=act.actor.unit_id,
        reason=reason,
        text=text.strip(),
        file_id=file_id,
        asked_at=act.now,
        state=PauseState.ASKED,
        state_since=act.now,
        **(waits := almanac.waits(act.now, "pause_confirm")),
    )
    record(act, "pause.ask", pause, reason=reason, due=waits["due"].isoformat())
    return pause


def confirm_pause(act: Act, pause: Pause) -> None:
    """Agree to a pause, by the other side or, when it was silent, by the clock. It counts from the instant it was asked
    for."""
    ready(act, pause, "confirm")
    _confirm(act, pause)
    advance(act, pause.job, "pause", pause_id=pause.id, reason=pause.reason)


def refuse_pause(act: Act, pause: Pause, *, answer: str) -> None:
    """Refuse a pause with an answer; the clock never stood still."""
    ready(act, pause, "refuse")
    pause.answer = reasoned(answer, "answer")
    advance(act, pause, "refuse", answer=pause.answer)


def drop_pause(act: Act, pause: Pause) -> None:
    """Take back a pause that nobody has answered yet."""
    ready(act, pause, "drop")
    pause.answer = TAKEN_BACK
    advance(act, pause, "drop")


def resume(act: Act, job: Job) -> None:
    """End the running pause and go on with a due day derived anew."""
    ready(act, job, "resume")
    pause = open_pause(job.id)
    if pause is None:
        raise WrongState(N_("No pause is running."))
    _end(act, pause, "end")
    advance(act, job, "resume", due=promise(job), pause_id=pause.id)


def end_at_cap(act: Act, pause: Pause) -> None:
    """The clock's verb: all pauses of the job together have reached their cap, and the service goes on."""
    pause.lock()
    resume(act, pause.job)


def veto_pause(act: Act, pause: Pause, *, reason: str) -> None:
    """Strike a pause out, as the regulator of the sector: it never counted, and the due day is derived anew."""
    ready(act, pause, "veto")
    job, running = pause.job, runs(act.actor, pause)
    pause.answer = reasoned(reason, "reason")
    advance(act, pause, "veto", reason=pause.answer)
    if running:
        advance(act, job, "veto_pause", due=promise(job), pause_id=pause.id, reason=pause.answer)
    else:
        rederive(act, job)


def rederive(act: Act, job: Job) -> None:
    """Derive a job's due day anew when its pauses, its days or the calendar have changed, and when the running pause
    reaches the cap; record both days when it moved."""
    job.lock()
    job.counted_from = job.counted_days = None  # by more than a day and a number, from now on
    pause = open_pause(job.id)
    if pause and runs(act.actor, pause):
        pause.due = cap_reached(act, pause)
    before, after = job.service_due, promise(job) if job.clock_start else None
    if before == after or before is None or after is None:
        return
    if serving(act.actor, job):
        job.due = after
    record(act, "job.due_changed", job, before=before.isoformat(), due=after.isoformat())


def agree_earlier(act: Act, job: Job) -> None:
    """Agree, as the agency, to the earlier day that a changed calendar allows: from now on it is the promise."""
    ready(act, job, "agree_earlier")
    before = job.service_due.isoformat() if job.service_due else None
    advance(act, job, "agree_earlier", due=job.earlier_due, counted=job.counted(), before=before)
    job.service_due, job.earlier_due = job.due, None


def derived(now: datetime) -> Iterator[tuple[Any, datetime, datetime]]:
    """The deadlines that are not counted from a day alone: (service or pause, as it is, as the calendar makes it)."""
    for thing in uncounted():
        yield thing, thing.due, derived_due(thing) if isinstance(thing, Job) else cap_reached(Act(CLOCK, now), thing)


def deliver(act: Act, job: Job, *, file_ids: Sequence[int], note: str, came: bool = False) -> Delivery:
    """Hand the report over, one round more. A pause that is running ends, one that is only asked for falls away. The
    first delivery stops the service clock."""
    ready(act, job, "deliver")
    files = files_by_id(list(file_ids))
    if not files:
        raise Invalid(N_("Add at least one file: the report itself."), field="files")
    close_what_is_open(act, job, N_("the report was handed over"))
    due = job.due
    if job.delivered_at is None:
        due = promise(job)
        job.delivered_at, job.earlier_due = act.now, None
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
    ready(act, job, "return_report")
    why, delivery = reasoned(reason, "reason"), last_delivery(job.id)
    if delivery is None:
        raise WrongState(N_("No report has been delivered."))
    delivery.returned_at, delivery.returned_because = act.now, why
    job.rework_rounds += 1
    advance(act, job, "return_report", reason=why, round=delivery.round)


def accept(act: Act, job: Job, *, checklist: Sequence[int] | None = None, came: bool = False) -> None:
    """Accept the report, by the owner or, when it was silent, by the clock. `checklist` are the places in the pinned
    standard's quality checklist that the owner found met; it stays on the record."""
    ready(act, job, "accept")
    job.accepted_at = act.now
    asked = len(job.standard.checklist)
    met = sorted({place for place in checklist or () if 0 <= place < asked})
    found: dict[str, Any] = {"met": None if checklist is None else met, "asked": asked}
    advance(act, job, "accept", silent=the_clock(act.actor), trips=trip(job, came), **found)


def terminate(act: Act, job: Job, *, reason: str) -> None:
    """End the job before its time, as the operator or the regulator. The reason is public."""
    ready(act, job, "terminate")
    why = reasoned(reason, "reason")
    close_what_is_open(act, job, N_("the service was terminated"))
    if job.clock_start and job.delivered_at is None:
        promise(job)
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


def ready(act: Act, thing: Job | Pause | Alteration, verb: str) -> None:
    """Lock the row before anything is read of it, and refuse what the law does not allow now."""
    thing.lock()
    thing.LIFE.check(act, thing, verb)


def _confirm(act: Act, pause: Pause) -> None:
    advance(act, pause, "confirm", due=cap_reached(act, pause), silent=the_clock(act.actor))


def _end(act: Act, pause: Pause, verb: str) -> None:
    pause.ended_at = min(act.now, pause.due) if pause.due else act.now
    advance(act, pause, verb, ended_at=pause.ended_at.isoformat())


def close_what_is_open(act: Act, job: Job, because: str) -> None:
    """The job leaves the service, because of what a msgid says: what silence has agreed to counts, a running pause or a
    suspension ends, and what is only asked for falls away."""
    closing, pause, asked = Act(CLOCK, act.now), open_pause(job.id), open_alteration(job.id)
    if pause and not runs(act.actor, pause) and pause.LIFE.lapsed(pause, act.now):
        _confirm(closing, pause)
    if pause and runs(act.actor, pause):
        _end(closing, pause, "close")
    elif pause:
        _fall_away(closing, pause, because)
    if asked and asked.LIFE.lapsed(asked, act.now):
        advance(closing, asked, "refuse")
    elif asked:
        _fall_away(closing, asked, because)
    if suspension := open_suspension(job.id):
        suspension.ended_at = act.now


def _fall_away(act: Act, asked: Pause | Alteration, because: str) -> None:
    asked.answer = because
    kind: dict[str, Any] = {"kind": asked.kind} if isinstance(asked, Alteration) else {}
    advance(act, asked, "fall_away", because=because, **kind)


def promise(job: Job) -> datetime:
    """Derive the due day anew and keep it. While the agency has not agreed to an earlier day of the calendar, the
    promise stands."""
    after, holds = derived_due(job), job.service_due
    if job.earlier_due is None or holds is None or after >= holds:
        job.service_due, job.earlier_due = after, None
        return after
    job.earlier_due = after
    return holds


def reasoned(reason: str, field: str) -> str:
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(N_("Give the reason in at least %(n)s characters."), field=field, n=LEAST_REASON)
    return reason.strip()
