"""The result and its check, and giving an award up."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.entries.models import Entry, entry_of, excluded_entries, frozen_list
from app.entries.rules import MAY_READ_ENTRY, took_part
from app.infra.db import session
from app.jobs.models import Job
from app.jobs.rules import LIFE, in_publicity, objected
from app.kernel.draw import read_transcript, verify_transcript, write_transcript
from app.kernel.law import anyone
from app.kernel.letter import standing
from app.kernel.transcript import Broken
from app.methods.rules import GROUNDS
from app.panels.models import Seat, panel_of, seats_of, sheets_of
from app.panels.rules import PARTS, has_left, sitting
from app.selections import operations
from app.selections.forms import CorrectionForm, ReasonForm, TranscriptForm
from app.selections.models import Award, current_award, eligible_at_closing, next_in_line, past_awards, selection_of
from app.web.asked import key
from app.web.door import acting, allow, now
from app.web.said import said

bp = Blueprint("selections", __name__)


@bp.get("/jobs/<int:id>/result")
@allow(anyone, Job)
def show(job: Job) -> Any:
    if job.named_agency_id is not None:
        return _direct(job)
    selection = selection_of(job.id) or abort(404)
    transcript, award = selection.transcript, current_award(job.id)
    return render_template(
        "selections/show.html",
        job=job,
        made_at=selection.made_at,
        transcript=transcript,
        lines=_in_order(transcript),
        excluded=excluded_entries(job.id),
        frozen_list=frozen_list(job.id),
        award=award,
        open=_open(job, award),
        held=objected(acting().actor, job),
        own=entry_of(job.id, acting().actor.unit_id),
        past=past_awards(job.id),
        **_scoring(job, transcript),
        eligible=eligible_at_closing(job.id),
    )


@bp.get("/jobs/<int:id>/transcript.json")
@allow(anyone, Job)
def transcript(job: Job) -> Any:
    selection = selection_of(job.id) or abort(404)
    answer = Response(write_transcript(selection.transcript), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="draw-{job.number}.json"'
    return answer


@bp.get("/entries/<int:id>/letter")
@allow(MAY_READ_ENTRY, Entry)
def letter(entry: Entry) -> Any:
    """What an agency that was not selected is told: where it stands and what it may do, and nobody's name."""
    job = entry.job
    selection, award = selection_of(job.id), current_award(job.id)
    if selection is None or not took_part(acting().actor, entry) or (award and award.entry_id == entry.id):
        return redirect(url_for("entries.show", id=entry.id), 303)
    found = None
    if award and entry.excluded_because is None:
        codes = (one.agency.unit.code for one in (entry, award.entry))
        found = standing(selection.transcript, *codes)
    still = award is not None and now() < award.publicity_ends
    known: dict[str, Any] = {"made_at": selection.made_at, "failed": selection.transcript["failed"], "still": still}
    known["ended"] = next((one for one in past_awards(job.id) if one.entry_id == entry.id), None)
    return render_template("selections/letter.html", entry=entry, job=job, award=award, standing=found, **known)


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


@bp.route("/jobs/<int:id>/correct", methods=["GET", "POST"])
@allow(LIFE["correct"].who, Job)
def correct(job: Job) -> Any:
    return _correction(job, operations.correct, gettext("The award is corrected. Publicity begins anew."))


@bp.route("/jobs/<int:id>/void", methods=["GET", "POST"])
@allow(LIFE["void"].who, Job)
def void(job: Job) -> Any:
    return _correction(job, operations.void, gettext("The selection is declared failed. It can be posted again."))


def _correction(job: Job, verb: Any, told: str) -> Any:
    """The operator takes a wrong award back, having seen who would be next."""
    LIFE.check(acting(), job, verb.__name__)
    form, award = CorrectionForm(), current_award(job.id)
    if form.validate_on_submit() and form.attempt(verb, acting(), job, **form.values):
        flash(told)
        return redirect(url_for("jobs.show", id=job.id), 303)
    known = {"award": award, "following": next_in_line(job.id), "verb": verb.__name__}
    return render_template("selections/correct.html", form=form, job=job, **known), form.status


def _scoring(job: Job, transcript: dict[str, Any]) -> dict[str, Any]:
    """How a panel came to its consensus, when it is published: every member's scores, and who sat on it by part and
    unit."""
    panel = panel_of(job.id) if transcript["bidders"] else None
    if panel is None:
        return {"panel": None}
    seats, listed = seats_of(job.id), {line["code"]: line["name"] for line in transcript["entrants"]}
    return {
        "panel": panel,
        "sheets": sheets_of(job.id),
        "names": {number: listed[code] for number, code in enumerate(transcript["bidders"], 1)},
        "sat": [f"{said(part_says)} {name}" for part, part_says in PARTS.items() for name in _units(seats, part)],
        "left": [seat for seat in seats if has_left(seat)],
        "parts": PARTS,
    }


def _direct(job: Job) -> Any:
    """The result of a direct selection: that there was no choice among several, whom it named and why."""
    award, past = current_award(job.id), past_awards(job.id)
    if award is None and not past:
        abort(404)
    known = {"open": _open(job, award), "held": objected(acting().actor, job), "grounds": GROUNDS}
    return render_template("selections/direct.html", job=job, award=award, past=past, **known)


def _open(job: Job, award: Award | None) -> bool:
    """Whether objections to the award are taken now."""
    return award is not None and in_publicity(acting().actor, job) and now() < award.publicity_ends


def _units(seats: Sequence[Seat], part: str) -> list[str]:
    """From which units those with this part came, in an order that tells nothing of who scored what."""
    return sorted(seat.unit.name for seat in sitting(seats) if seat.part == part)


def _in_order(transcript: dict[str, Any]) -> list[dict[str, Any]]:
    """The entrants by their place; those without one, dropped or never opened, at the end."""
    places = {code: place for place, code in enumerate(transcript["ranking"], 1)}
    parts = transcript["points"] or [None] * len(transcript["entrants"])
    lines = [
        line | {"place": places.get(line["code"]), "points": each}
        for line, each in zip(transcript["entrants"], parts, strict=True)
    ]
    return sorted(lines, key=lambda line: line["place"] or len(lines) + 1)


def _reason(text: str) -> Broken | None:
    try:
        return verify_transcript(read_transcript(text))
    except Broken as broken:
        return broken
