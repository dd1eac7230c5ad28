"""The service: its clock and the proof of it, the report, its acceptance, and the pauses."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext

from app.contracts.operations import due_after
from app.infra import almanac
from app.jobs.models import Job, light_of
from app.jobs.rules import LIFE as JOB_LIFE
from app.jobs.rules import MAY_READ_PAPERS
from app.kernel import service_clock
from app.kernel.act import VISITOR
from app.kernel.deadline_record import ledger_lines, written
from app.kernel.errors import WrongState
from app.kernel.law import anyone
from app.kernel.service_clock import Ledger
from app.kernel.words import N_
from app.kernel.workdays import HERE
from app.services import operations
from app.services.clock import calendar_for, clock_ended, hours_of, lasts, ledger_of, moved, record_of, stretches
from app.services.forms import AcceptForm, AnswerForm, DeliverForm, PauseForm, ReasonForm, ReworkForm
from app.services.models import (
    DeliveredFile,
    Pause,
    Suspension,
    agreement_to,
    alterations_of,
    deliveries_of,
    last_delivery,
    on_the_clock,
    open_pause,
    pauses_of,
    suspensions_of,
)
from app.services.rules import KINDS, LIFE, MAY_READ, REASONS, Reason, asks_open_to, counts, dropped, runs
from app.web.dates import moment
from app.web.door import acting, allow, now
from app.web.downloads import attached, download
from app.web.said import said
from app.web.strip import Stop

bp = Blueprint("services", __name__)
pauses = Blueprint("pauses", __name__)


@bp.post("/jobs/<int:id>/service/start")
@allow(JOB_LIFE["start"].who, Job)
def start(job: Job) -> Any:
    operations.start(acting(), job)
    flash(gettext("The papers are complete. The service clock counts from the next working day."))
    return _job(job)


@bp.post("/jobs/<int:id>/service/resume")
@allow(JOB_LIFE["resume"].who, Job)
def resume(job: Job) -> Any:
    operations.resume(acting(), job)
    flash(gettext("The service goes on. The due day is derived anew."))
    return _job(job)


@bp.post("/jobs/<int:id>/service/earlier")
@allow(JOB_LIFE["agree_earlier"].who, Job)
def agree_earlier(job: Job) -> Any:
    operations.agree_earlier(acting(), job)
    flash(gettext("You agree. The earlier day is now the one that you have promised."))
    return _job(job)


@bp.route("/jobs/<int:id>/service/deliver", methods=["GET", "POST"])
@allow(JOB_LIFE["deliver"].who, Job)
def deliver(job: Job) -> Any:
    JOB_LIFE.check(acting(), job, "deliver")
    form = DeliverForm()
    if form.validate_on_submit():
        ids = [file.id for file in form.files.data]
        if form.attempt(operations.deliver, acting(), job, file_ids=ids, note=form.note.data, came=form.came.data):
            flash(gettext("The report is delivered. The owner accepts it or returns it with reasons."))
            return _job(job)
    known = {"job": job, "last": last_delivery(job.id), "pause": open_pause(job.id)}
    return render_template("services/deliver.html", form=form, due=due_after("deliver", now()), **known), form.status


@bp.route("/jobs/<int:id>/service/return", methods=["GET", "POST"])
@allow(JOB_LIFE["return_report"].who, Job)
def return_report(job: Job) -> Any:
    JOB_LIFE.check(acting(), job, "return_report")
    form = ReworkForm()
    if form.validate_on_submit() and form.attempt(operations.return_report, acting(), job, **form.values):
        flash(gettext("The report is returned with your reasons."))
        return _job(job)
    due = due_after("return_report", now())
    return render_template("services/return_report.html", form=form, job=job, due=due), form.status


@bp.route("/jobs/<int:id>/service/accept", methods=["GET", "POST"])
@allow(JOB_LIFE["accept"].who, Job)
def accept(job: Job) -> Any:
    JOB_LIFE.check(acting(), job, "accept")
    form = AcceptForm()
    form.checklist.choices = list(enumerate(job.standard.checklist))
    if form.validate_on_submit() and form.attempt(operations.accept, acting(), job, **form.values):
        flash(gettext("The report is accepted. Now both sides rate each other."))
        return _job(job)
    known = {"job": job, "light": light_of(job, now()), "turn": JOB_LIFE.turn(job.state)}
    return render_template("services/accept.html", form=form, rounds=_rounds(job), **known), form.status


@bp.route("/jobs/<int:id>/service/terminate", methods=["GET", "POST"])
@allow(JOB_LIFE["terminate"].who, Job)
def terminate(job: Job) -> Any:
    JOB_LIFE.check(acting(), job, "terminate")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.terminate, acting(), job, **form.values):
        flash(gettext("The job is terminated."))
        return _job(job)
    return render_template("services/terminate.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/service/veto", methods=["GET", "POST"])
@allow(JOB_LIFE["veto_pause"].who, Job)
def veto_pause(job: Job) -> Any:
    pause = open_pause(job.id)
    if pause is None or not runs(acting().actor, pause):
        raise WrongState(N_("No pause is running."))
    return _veto(pause)


@bp.get("/jobs/<int:id>/ledger")
@allow(anyone, Job)
def ledger(job: Job) -> Any:
    events = on_the_clock(job.id)
    found, altered = ledger_of(job, events, now()), alterations_of(job.id)
    paused, suspended = pauses_of(job.id), suspensions_of(job.id)
    if request.args.get("format") == "json":
        return jsonify(_to_recompute(job, found or abort(404), stretches(events, now())))
    return render_template(
        "services/ledger.html",
        job=job,
        found=found,
        pauses=paused,
        suspensions=suspended,
        stops=_stops(paused, suspended),
        alterations=altered,
        reasons=REASONS,
        kinds=KINDS,
        life=LIFE,
        hours=_hours(job),
        running=lasts(events),
        moved=moved(job),
        ended=clock_ended(job),
        then=None if (then := calendar_for(job).revision) == almanac.calendar().revision else then,
        inside=MAY_READ_PAPERS(acting().actor, job),
        asks=asks_open_to(acting().actor, job, now(), {one.kind for one in altered if not dropped(VISITOR, one)}),
    )


@bp.get("/jobs/<int:id>/clock.json")
@allow(anyone, Job)
def record(job: Job) -> Any:
    """The public record, from which verify/deadline.py recomputes the due day (docs/protocols/deadline.md)."""
    return attached(written(record_of(job, now()) or abort(404)), f"clock-{job.number}.json")


def _stops(paused: Iterable[Pause], suspended: Iterable[Suspension]) -> list[Stop]:
    """What stops the clock of a service: the pauses that count and the suspensions, each with its reason."""
    told: list[Stop] = []
    for pause in (one for one in paused if counts(VISITOR, one)):
        reason = REASONS[Reason(pause.reason)]
        says = said(N_("pause since %(since)s: %(reason)s"), since=moment(pause.asked_at), reason=reason)
        told.append(Stop(pause.asked_at, pause.ended_at, says))
    for one in suspended:
        says = said(N_("suspension since %(since)s: %(reason)s"), since=moment(one.started_at), reason=one.reason)
        told.append(Stop(one.started_at, one.ended_at, says))
    return told


def _to_recompute(job: Job, found: Ledger, stood: list[service_clock.Pause]) -> dict[str, Any]:
    """All that the due day follows from, and what followed: start, days, pauses and hours; due and the ledger."""
    return {
        "job": job.number,
        "start": found.start.isoformat(),
        "days": found.days,
        "pauses": [[one.start.astimezone(HERE).isoformat(), one.end.astimezone(HERE).isoformat()] for one in stood],
        "hours": _hours(job),
        "excluded_days": found.excluded_days,
        "due": found.due.isoformat(),
        "provisional": found.provisional,
        "ledger": ledger_lines(found),
    }


def _hours(job: Job) -> list[str]:
    hours = hours_of(job)
    return [f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in hours.spans] if hours else []


@bp.get("/delivered/<int:id>/file")
@allow(MAY_READ, DeliveredFile)
def file(delivered: DeliveredFile) -> Any:
    return download(delivered.file)


@pauses.route("/jobs/<int:id>/pauses/new", methods=["GET", "POST"])
@allow(JOB_LIFE["pause"].who, Job)
def new(job: Job) -> Any:
    present = open_pause(job.id)
    if present and request.method == "GET":
        return redirect(url_for(".show", id=present.id), 303)
    JOB_LIFE.check(acting(), job, "pause")
    operations.refuse_pausing(acting(), job)
    form = PauseForm()
    if form.validate_on_submit():
        values = form.values
        file = values.pop("file")
        if form.attempt(operations.ask_pause, acting(), job, file_id=file.id if file else None, **values):
            flash(gettext("The pause is asked for. It counts from now once the other side agrees or keeps silent."))
            return redirect(url_for(".show", id=form.result.id), 303)
    silence, cap = almanac.number("pause_confirm", now()), almanac.number("pause_cap", now())
    known = {"job": job, "due": almanac.calendar().deadline(now(), silence), "cap": cap}
    return render_template("pauses/new.html", form=form, **known), form.status


@pauses.get("/pauses/<int:id>")
@allow(MAY_READ, Pause)
def show(pause: Pause) -> Any:
    actor, turn = acting().actor, LIFE.turn(pause.state)
    known = {"pause": pause, "job": pause.job, "turn": turn, "life": LIFE, "reasons": REASONS}
    yours, light = bool(turn and turn.who(actor, pause)), light_of(pause, now()) if turn else None
    stands = {"yours": yours, "light": light, "running": runs(actor, pause), "agreed": agreement_to(pause)}
    return render_template("pauses/show.html", **known, **stands)


@pauses.post("/pauses/<int:id>/confirm")
@allow(LIFE["confirm"].who, Pause)
def confirm(pause: Pause) -> Any:
    operations.confirm_pause(acting(), pause)
    flash(gettext("You agree. The service clock stands still from the instant the pause was asked for."))
    return _pause(pause)


@pauses.route("/pauses/<int:id>/refuse", methods=["GET", "POST"])
@allow(LIFE["refuse"].who, Pause)
def refuse(pause: Pause) -> Any:
    LIFE.check(acting(), pause, "refuse")
    form = AnswerForm()
    if form.validate_on_submit() and form.attempt(operations.refuse_pause, acting(), pause, **form.values):
        flash(gettext("The pause is refused. The service clock runs on."))
        return _pause(pause)
    return render_template("pauses/refuse.html", form=form, pause=pause, job=pause.job, reasons=REASONS), form.status


@pauses.post("/pauses/<int:id>/drop")
@allow(LIFE["drop"].who, Pause)
def drop(pause: Pause) -> Any:
    operations.drop_pause(acting(), pause)
    flash(gettext("The pause is taken back. The service clock runs on."))
    return _pause(pause)


@pauses.route("/pauses/<int:id>/veto", methods=["GET", "POST"])
@allow(LIFE["veto"].who, Pause)
def veto(pause: Pause) -> Any:
    return _veto(pause)


@pauses.get("/pauses/<int:id>/file", endpoint="file")
@allow(MAY_READ, Pause)
def evidence(pause: Pause) -> Any:
    return download(pause.file)


def _veto(pause: Pause) -> Any:
    LIFE.check(acting(), pause, "veto")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.veto_pause, acting(), pause, **form.values):
        flash(gettext("The pause is vetoed. The due day is as if it had never been."))
        return _pause(pause)
    return render_template("pauses/veto.html", form=form, pause=pause, job=pause.job, reasons=REASONS), form.status


def _rounds(job: Job) -> list[tuple[Any, list[tuple[Any, str]]]]:
    """Every delivery, the newest first, with its files and their addresses."""
    rounds: dict[Any, list[tuple[Any, str]]] = {}
    for one in deliveries_of(job.id):
        rounds.setdefault(one.delivery, []).append((one.file, url_for("services.file", id=one.id)))
    return list(reversed(rounds.items()))


def _job(job: Job) -> Any:
    return redirect(url_for("jobs.show", id=job.id), 303)


def _pause(pause: Pause) -> Any:
    return redirect(url_for("pauses.show", id=pause.id), 303)
