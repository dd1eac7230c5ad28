"""The result and its check, and giving an award up."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.entries.models import excluded_entries
from app.infra.db import session
from app.jobs.models import Job
from app.jobs.rules import LIFE
from app.kernel.draw import read_transcript, verify_transcript, write_transcript
from app.kernel.law import anyone
from app.selections import operations
from app.selections.forms import ReasonForm, TranscriptForm
from app.selections.models import current_award, eligible_at_closing, selection_of
from app.web.asked import key
from app.web.door import acting, allow

bp = Blueprint("selections", __name__)


@bp.get("/jobs/<int:id>/result")
@allow(anyone, Job)
def show(job: Job) -> Any:
    selection = selection_of(job.id) or abort(404)
    transcript = selection.transcript
    return render_template(
        "selections/show.html",
        job=job,
        made_at=selection.made_at,
        transcript=transcript,
        lines=_in_order(transcript),
        excluded=excluded_entries(job.id),
        award=current_award(job.id),
        eligible=eligible_at_closing(job.id),
    )


@bp.get("/jobs/<int:id>/transcript.json")
@allow(anyone, Job)
def transcript(job: Job) -> Any:
    selection = selection_of(job.id) or abort(404)
    answer = Response(write_transcript(selection.transcript), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{job.number}.json"'
    return answer


@bp.route("/check", methods=["GET", "POST"])
@allow(anyone)
def check() -> Any:
    """Recompute a transcript that was pasted, or the one of a job."""
    form, job, reason, checked = TranscriptForm(), None, None, False
    if form.validate_on_submit():
        checked, reason = True, _reason(form.text.data)
    elif request.method == "GET" and (number := key("job")):
        job = session.get(Job, number)
        selection = selection_of(number)
        if job is None or selection is None or job.published_at is None:
            abort(404)
        checked, reason = True, verify_transcript(selection.transcript)
    page = render_template("selections/check.html", form=form, job=job, checked=checked, reason=reason)
    return page, form.status


@bp.route("/jobs/<int:id>/abandon", methods=["GET", "POST"])
@allow(LIFE["abandon"].who, Job)
def abandon(job: Job) -> Any:
    LIFE.check(acting(), job, "abandon")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.abandon, acting(), job, **form.values):
        flash(gettext("The award is abandoned. It stands on your record."))
        return redirect(url_for("jobs.show", id=job.id), 303)
    return render_template("selections/abandon.html", form=form, job=job), form.status


def _in_order(transcript: dict[str, Any]) -> list[dict[str, Any]]:
    """The entrants by their place; those without one, dropped or never opened, at the end."""
    places = {code: place for place, code in enumerate(transcript["ranking"], 1)}
    parts = transcript["points"] or [None] * len(transcript["entrants"])
    lines = [
        line | {"place": places.get(line["code"]), "points": each}
        for line, each in zip(transcript["entrants"], parts, strict=True)
    ]
    return sorted(lines, key=lambda line: line["place"] or len(lines) + 1)


def _reason(text: str) -> str | None:
    try:
        return verify_transcript(read_transcript(text))
    except ValueError as error:
        return str(error)
