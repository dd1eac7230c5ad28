"""The service: its clock, pauses, deliveries and acceptance."""

from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext

from app.jobs.models import Job
from app.jobs.rules import LIFE as JOB_LIFE
from app.kernel.law import anyone
from app.services import operations
from app.services.forms import AcceptForm, AnswerForm, DeliverForm, PauseForm, ReasonForm
from app.services.models import DeliveredFile, Pause, counting_pauses, deliveries_of, open_pause, pauses_of
from app.services.rules import LIFE, MAY_READ, REASONS
from app.web.door import acting, allow, now
from app.web.downloads import download

bp = Blueprint("services", __name__)
pauses = Blueprint("pauses", __name__)


@bp.post("/jobs/<int:id>/start")
@allow(JOB_LIFE["start"].who, Job)
def start(job: Job) -> Any:
    operations.start(acting(), job)
    flash(gettext("The papers are complete. The service clock runs from the next working day."))
    return _job(job)


@bp.post("/jobs/<int:id>/resume")
@allow(JOB_LIFE["resume"].who, Job)
def resume(job: Job) -> Any:
    operations.resume(acting(), job)
    flash(gettext("The service goes on. The due day is computed anew."))
    return _job(job)


@bp.route("/jobs/<int:id>/veto-pause", methods=["GET", "POST"])
@allow(JOB_LIFE["veto_pause"].who, Job)
def veto_pause(job: Job) -> Any:
    pause = open_pause(job.id) or abort(404)
    return redirect(url_for("pauses.veto", id=pause.id), 303)


@bp.route("/jobs/<int:id>/deliver", methods=["GET", "POST"])
@allow(JOB_LIFE["deliver"].who, Job)
def deliver(job: Job) -> Any:
    form = DeliverForm()
    if form.validate_on_submit():
        ids = [file.id for file in form.files.data]
        if form.attempt(operations.deliver, acting(), job, file_ids=ids, note=form.note.data):
            flash(gettext("The report is delivered."))
            return _job(job)
    return render_template("services/deliver.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/return-report", methods=["GET", "POST"])
@allow(JOB_LIFE["return_report"].who, Job)
def return_report(job: Job) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.return_report, acting(), job, **form.values):
        flash(gettext("The report is returned with your reasons."))
        return _job(job)
    return render_template("services/return_report.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/accept", methods=["GET", "POST"])
@allow(JOB_LIFE["accept"].who, Job)
def accept(job: Job) -> Any:
    form = AcceptForm()
    form.checklist.choices = list(enumerate(job.standard.checklist))
    if form.validate_on_submit() and form.attempt(operations.accept, acting(), job, **form.values):
        flash(gettext("The report is accepted. Rate the service now, or within the rating period."))
        return _job(job)
    return render_template("services/accept.html", form=form, job=job, files=deliveries_of(job.id)), form.status


@bp.route("/jobs/<int:id>/terminate", methods=["GET", "POST"])
@allow(JOB_LIFE["terminate"].who, Job)
def terminate(job: Job) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.terminate, acting(), job, **form.values):
        flash(gettext("The job is terminated."))
        return _job(job)
    return render_template("services/terminate.html", form=form, job=job), form.status


@bp.get("/jobs/<int:id>/ledger")
@allow(anyone, Job)
def ledger(job: Job) -> Any:
    counted = counting_pauses(job.id)
    found = operations.ledger_of(job, counted, now()) or abort(404)
    if request.args.get("format") == "json":
        stretches = operations.stretches(counted, now())
        return jsonify(
            job=job.number,
            start=found.start.isoformat(),
            days=found.days,
            pauses=[[one.start.isoformat(), one.end.isoformat()] for one in stretches],
            due=found.due.isoformat(),
            provisional=found.provisional,
            ledger=[
                {"day": row.day.isoformat(), "kind": row.kind, "makeup": row.makeup, "source": row.source}
                for row in found.rows
            ],
        )
    return render_template("services/ledger.html", job=job, found=found, pauses=pauses_of(job.id), reasons=REASONS)


@bp.get("/reports/<int:id>/file")
@allow(MAY_READ, DeliveredFile)
def file(delivered: DeliveredFile) -> Any:
    return download(delivered.file)


@pauses.route("/jobs/<int:id>/pause", methods=["GET", "POST"])
@allow(JOB_LIFE["pause"].who, Job)
def new(job: Job) -> Any:
    form = PauseForm()
    if form.validate_on_submit():
        file = form.file.data
        values = {"reason": form.reason.data, "text": form.text.data, "file_id": file.id if file else None}
        if form.attempt(operations.ask_pause, acting(), job, **values):
            flash(gettext("The pause is asked for. The other side answers within a working day; silence agrees."))
            return redirect(url_for(".show", id=form.result.id), 303)
    return render_template("pauses/new.html", form=form, job=job), form.status


@pauses.get("/pauses/<int:id>")
@allow(MAY_READ, Pause)
def show(pause: Pause) -> Any:
    return render_template("pauses/show.html", pause=pause, job=pause.job, life=LIFE, reasons=REASONS)


@pauses.post("/pauses/<int:id>/confirm")
@allow(LIFE["confirm"].who, Pause)
def confirm(pause: Pause) -> Any:
    operations.confirm_pause(acting(), pause)
    flash(gettext("You agree. The service clock rests from the instant the pause was asked for."))
    return _job(pause.job)


@pauses.route("/pauses/<int:id>/refuse", methods=["GET", "POST"])
@allow(LIFE["refuse"].who, Pause)
def refuse(pause: Pause) -> Any:
    form = AnswerForm()
    if form.validate_on_submit() and form.attempt(operations.refuse_pause, acting(), pause, **form.values):
        return _job(pause.job)
    return render_template("pauses/refuse.html", form=form, pause=pause), form.status


@pauses.post("/pauses/<int:id>/drop")
@allow(LIFE["drop"].who, Pause)
def drop(pause: Pause) -> Any:
    operations.drop_pause(acting(), pause)
    return _job(pause.job)


@pauses.route("/pauses/<int:id>/veto", methods=["GET", "POST"])
@allow(LIFE["veto"].who, Pause)
def veto(pause: Pause) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.veto_pause, acting(), pause, **form.values):
        flash(gettext("The pause is vetoed. The due day is as if it had never been."))
        return _job(pause.job)
    return render_template("pauses/veto.html", form=form, pause=pause), form.status


@pauses.get("/pauses/<int:id>/file", endpoint="file")
@allow(MAY_READ, Pause)
def evidence(pause: Pause) -> Any:
    return download(pause.file)


def _job(job: Job) -> Any:
    return redirect(url_for("jobs.show", id=job.id), 303)
