"""What opens the entries of a job: a page for everybody, and the pages of those who bring it."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.jobs.models import Job, light_of
from app.jobs.rules import awaiting, its_officer, who_opens
from app.kernel.law import anyone
from app.kernel.outside import SOURCES
from app.openings import operations
from app.openings.forms import ShareForm, ValueForm
from app.openings.models import disagree, parts_of, readings_of, shares_here
from app.openings.rules import MAY_BRING_NOW, MAY_HOLD_SHARE, MAY_READ_VALUE, MAY_STILL_TAKE, MAY_TYPE_NOW, openers
from app.web.door import acting, allow, now
from app.web.fields import Form

bp = Blueprint("openings", __name__)


@bp.get("/jobs/<int:id>/opening")
@allow(anyone, Job)
def show(job: Job) -> Any:
    if job.published_at is None or not (job.outside or job.two_person):
        abort(404)
    actor, waits, known = acting().actor, awaiting(acting().actor, job), _known(job)
    typed = known["mine"] and not known["differ"]
    return render_template(
        "openings/show.html",
        job=job,
        waits=waits,
        turn=job.LIFE.turn(job.state) if waits else None,
        yours=waits and who_opens(actor, job) and not typed,
        light=light_of(job, now()) if waits else None,
        may_type=waits and MAY_TYPE_NOW(actor, job) and not job.LIFE.lapsed(job, now()),
        may_bring=waits and MAY_BRING_NOW(actor, job) and not job.LIFE.lapsed(job, now()),
        may_take=_may_take(job),
        missing=openers(job),
        here=shares_here(job.id),
        parts=parts_of(job) if job.closed_at else [],
        **known,
    )


@bp.route("/jobs/<int:id>/opening/value", methods=["GET", "POST"])
@allow(MAY_READ_VALUE, Job)
def value(job: Job) -> Any:
    """An officer types in the value that was named in advance."""
    job.LIFE.check(acting(), job, "release")
    known = _known(job)
    mine = known["mine"]
    form = ValueForm(data={"value": mine.value if mine else ""})
    if form.validate_on_submit() and form.attempt(operations.type_value, acting(), job, **form.values):
        if not disagree(readings_of(job.id)):
            flash(gettext("Two readings agree.") if form.result else gettext("Your reading is kept."))
        return redirect(url_for(".show", id=job.id), 303)
    return render_template("openings/value.html", form=form, job=job, **known), form.status


@bp.route("/jobs/<int:id>/opening/take", methods=["GET", "POST"])
@allow(MAY_HOLD_SHARE, Job)
def take(job: Job) -> Any:
    """The officer, or for recovery the regulator, takes a share: it is shown in this one answer and nowhere else."""
    form, share = Form(), ""
    if form.validate_on_submit() and form.attempt(operations.take_share, acting(), job):
        share = form.result
    known = {"share": share, "mine": its_officer(acting().actor, job), "here": share or _may_take(job)}
    answer = Response(render_template("openings/take.html", form=form, job=job, **known), form.status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/jobs/<int:id>/opening/share", methods=["GET", "POST"])
@allow(MAY_HOLD_SHARE, Job)
def share(job: Job) -> Any:
    """Whoever holds a share brings it."""
    job.LIFE.check(acting(), job, "release")
    form = ShareForm()
    if form.validate_on_submit() and form.attempt(operations.bring_share, acting(), job, **form.values):
        flash(gettext("The share fits: the quotes can be opened."))
        return redirect(url_for(".show", id=job.id), 303)
    return render_template("openings/share.html", form=form, job=job), form.status


def _may_take(job: Job) -> bool:
    actor, (officer, recovery) = acting().actor, shares_here(job.id)
    return MAY_STILL_TAKE(actor, job) and (officer if its_officer(actor, job) else recovery)


def _known(job: Job) -> dict[str, Any]:
    """What a page says of the outside value of a job."""
    readings = readings_of(job.id) if job.outside else []
    mine = next((one for one in readings if one.user_id == acting().actor.user_id and one.user_id), None)
    return {
        "source": SOURCES.get(job.outside_source or ""),
        "value": operations.named(job),
        "readings": readings,
        "differ": disagree(readings),
        "mine": mine,
    }
