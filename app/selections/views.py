"""Entering, the result and its check, abandoning."""

import re
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext

from app.agencies.models import Agency, current_listing
from app.infra.db import session
from app.jobs.models import Job, light_of
from app.jobs.rules import LIFE, takes_entries
from app.kernel.draw import read_transcript, verify_transcript, write_transcript
from app.kernel.law import anyone, signed_in
from app.kernel.workdays import local_day
from app.selections import operations
from app.selections.eligibility import conditions
from app.selections.envelopes import Sealing
from app.selections.forms import AnswerForm, DecisionForm, ObjectionForm, ReasonForm, TranscriptForm, entry_form
from app.selections.models import (
    Entry,
    Objection,
    current_award,
    entry_of,
    excluded_entries,
    objections_of,
    selection_of,
)
from app.selections.rules import (
    ENTRY_LIFE,
    MAY_ENTER,
    MAY_OBJECT,
    MAY_READ_ENTRY,
    MAY_READ_OBJECTION,
    OBJECTION_LIFE,
    its_entrant,
)
from app.web.asked import key
from app.web.commands import dumps
from app.web.door import acting, allow, now
from app.web.downloads import download

bp = Blueprint("selections", __name__)
entries = Blueprint("entries", __name__)
objections = Blueprint("objections", __name__)
CONTRIBUTION = re.compile(r"[0-9a-f]{64}")


@entries.route("/jobs/<int:id>/enter", methods=["GET", "POST"])
@allow(MAY_ENTER, Job)
def new(job: Job) -> Any:
    agency = session.get_one(Agency, acting().actor.unit_id)
    known = entry_of(job.id, agency.id)
    if known and request.method == "GET":
        return redirect(url_for(".show", id=known.id), 303)
    operations.check_open(acting(), job)
    form, sealing = entry_form(job), _sealing()
    if form.validate_on_submit() and form.attempt(operations.enter, acting(), job, **form.values, sealing=sealing):
        flash(gettext("You have entered."))
        _keep_receipt(form.result, form.values, sealing)
        return redirect(url_for(".show", id=form.result.id), 303)
    return _entry_page(form, job, agency), form.status


@entries.get("/entries/<int:id>")
@allow(MAY_READ_ENTRY, Entry)
def show(entry: Entry) -> Any:
    job, waits = entry.job, takes_entries(acting().actor, entry.job)
    known = {"light": light_of(job, now()) if waits else None, "life": ENTRY_LIFE}
    return render_template("entries/show.html", entry=entry, job=job, receipt=_receipt(entry), **known)


@entries.get("/entries/<int:id>/receipt.json")
@allow(its_entrant, Entry)
def receipt(entry: Entry) -> Any:
    """What only this browser keeps of an entry; the platform has it in envelopes alone."""
    kept = _receipt(entry)
    if kept is None:
        return redirect(url_for(".show", id=entry.id), 303)
    answer = Response(dumps(kept), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{entry.job.number}.json"'
    return answer


@entries.post("/entries/<int:id>/withdraw")
@allow(its_entrant, Entry)
def withdraw(entry: Entry) -> Any:
    operations.withdraw(acting(), entry)
    flash(gettext("The entry is withdrawn. You may enter again until the closing."))
    return redirect(url_for(".show", id=entry.id), 303)


@entries.route("/entries/<int:id>/reenter", methods=["GET", "POST"])
@allow(its_entrant, Entry)
def reenter(entry: Entry) -> Any:
    operations.check_open(acting(), entry.job)
    form, sealing = entry_form(entry.job), _sealing()
    if form.validate_on_submit() and form.attempt(operations.reenter, acting(), entry, **form.values, sealing=sealing):
        flash(gettext("You have entered again."))
        _keep_receipt(entry, form.values, sealing)
        return redirect(url_for(".show", id=entry.id), 303)
    return _entry_page(form, entry.job, entry.agency), form.status


@bp.get("/jobs/<int:id>/result", endpoint="show")
@allow(anyone, Job)
def show_result(job: Job) -> Any:
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


def _sealing() -> Sealing:
    """The random part of an entry: the contribution that the browser sent, if it sent one."""
    sent = request.form.get("contribution", "")
    return Sealing.new(sent if CONTRIBUTION.fullmatch(sent) else "")


def _keep_receipt(entry: Entry, offered: dict[str, Any], sealing: Sealing) -> None:
    """Give what was sealed to the browser of whoever entered, and keep it nowhere else."""
    known = {"contribution": sealing.contribution.hex(), "made_by": sealing.made_by, "nonce": sealing.nonce.hex()}
    cookie["receipt"] = {"entry": entry.id, "sealed": entry.sealed, "offer": entry.offer, **known, **offered}


def _receipt(entry: Entry) -> dict[str, Any] | None:
    """The receipt in this browser, if it is of the entry as it stands now."""
    kept = cookie.get("receipt", {})
    return kept if kept.get("entry") == entry.id and kept.get("sealed") == entry.sealed else None


def _entry_page(form: Any, job: Job, agency: Agency) -> str:
    return render_template(
        "entries/new.html",
        form=form,
        job=job,
        conditions=conditions(local_day(now()), job, agency),
        listing=current_listing(agency.id, job.item_id),
    )


def _reason(text: str) -> str | None:
    try:
        return verify_transcript(read_transcript(text))
    except ValueError as error:
        return str(error)


@objections.route("/jobs/<int:id>/object", methods=["GET", "POST"], endpoint="new")
@allow(MAY_OBJECT, Job)
def new_objection(job: Job) -> Any:
    award = operations.award_in_publicity(acting(), job)
    form = ObjectionForm()
    if form.validate_on_submit():
        file = form.file.data
        ground, file_id = form.ground.data, file.id if file else None
        if form.attempt(operations.object_to, acting(), job, ground=ground, file_id=file_id):
            flash(gettext("Your objection is filed. The award waits until it is decided."))
            return redirect(url_for("objections.show", id=form.result.id), 303)
    return render_template("objections/new.html", form=form, job=job, award=award), form.status


@objections.get("/jobs/<int:id>/objections")
@allow(signed_in, Job)
def of_job(job: Job) -> Any:
    """The objections to a result, for everybody those that they may read."""
    readable = [one for one in objections_of(job.id) if MAY_READ_OBJECTION(acting().actor, one)]
    return render_template("objections/of_job.html", job=job, objections=readable, life=OBJECTION_LIFE)


@objections.get("/objections/<int:id>", endpoint="show")
@allow(MAY_READ_OBJECTION, Objection)
def show_objection(objection: Objection) -> Any:
    actor, turn = acting().actor, OBJECTION_LIFE.turn(objection.state)
    known = {"turn": turn, "yours": bool(turn and turn.who(actor, objection)), "light": light_of(objection, now())}
    return render_template("objections/show.html", objection=objection, job=objection.job, life=OBJECTION_LIFE, **known)


@objections.route("/objections/<int:id>/answer", methods=["GET", "POST"])
@allow(OBJECTION_LIFE["answer"].who, Objection)
def answer(objection: Objection) -> Any:
    OBJECTION_LIFE.check(acting(), objection, "answer")
    form = AnswerForm()
    if form.validate_on_submit() and form.attempt(operations.answer, acting(), objection, **form.values):
        flash(gettext("Your answer is filed. The operator decides with it at hand."))
        return redirect(url_for("objections.show", id=objection.id), 303)
    return render_template("objections/answer.html", form=form, objection=objection), form.status


@objections.route("/objections/<int:id>/uphold", methods=["GET", "POST"])
@allow(OBJECTION_LIFE["uphold"].who, Objection)
def uphold(objection: Objection) -> Any:
    return _decision(objection, operations.uphold, "objections/uphold.html")


@objections.route("/objections/<int:id>/dismiss", methods=["GET", "POST"])
@allow(OBJECTION_LIFE["dismiss"].who, Objection)
def dismiss(objection: Objection) -> Any:
    return _decision(objection, operations.dismiss, "objections/dismiss.html")


@objections.post("/objections/<int:id>/take_back")
@allow(OBJECTION_LIFE["take_back"].who, Objection)
def take_back(objection: Objection) -> Any:
    operations.take_back(acting(), objection)
    flash(gettext("The objection is taken back."))
    return redirect(url_for("objections.show", id=objection.id), 303)


@objections.get("/objections/<int:id>/file", endpoint="file")
@allow(MAY_READ_OBJECTION, Objection)
def evidence(objection: Objection) -> Any:
    return download(objection.file)


def _decision(objection: Objection, verb: Any, page: str) -> Any:
    OBJECTION_LIFE.check(acting(), objection, verb.__name__)
    form = DecisionForm()
    if form.validate_on_submit() and form.attempt(verb, acting(), objection, **form.values):
        flash(gettext("The decision is published to both sides."))
        return redirect(url_for("jobs.show", id=objection.job_id), 303)
    return render_template(page, form=form, objection=objection), form.status
