"""What opens the entries of a job: a page for everybody, and the pages of those who bring it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.jobs.models import Job, light_of
from app.jobs.rules import awaiting, who_opens
from app.kernel.law import anyone
from app.kernel.outside import SOURCES
from app.openings import operations
from app.openings.forms import ValueForm
from app.openings.models import disagree, readings_of
from app.openings.rules import MAY_READ_VALUE, MAY_TYPE_NOW
from app.web.door import acting, allow, now

bp = Blueprint("openings", __name__)


@bp.get("/jobs/<int:id>/opening")
@allow(anyone, Job)
def show(job: Job) -> Any:
    if job.outside is None:
        abort(404)
    actor, waits = acting().actor, awaiting(acting().actor, job)
    return render_template(
        "openings/show.html",
        job=job,
        waits=waits,
        turn=job.LIFE.turn(job.state) if waits else None,
        yours=waits and who_opens(actor, job),
        light=light_of(job, now()) if waits else None,
        may_type=waits and MAY_TYPE_NOW(actor, job) and not job.LIFE.lapsed(job, now()),
        **_known(job),
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
        if form.result:
            flash(gettext("Two readings agree. The clock selects now."))
        else:
            flash(gettext("Your reading is kept."))
        return redirect(url_for("jobs.show" if form.result else ".show", id=job.id), 303)
    return render_template("openings/value.html", form=form, job=job, **known), form.status


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
