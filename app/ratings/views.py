"""Rating a finished job, reading a rating, and the regulator setting it aside."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.jobs.models import Job
from app.jobs.rules import LIFE as JOB_LIFE
from app.jobs.rules import MAY_READ_PAPERS, is_archived, its_owner, its_parties, yet_to_rate
from app.kernel.act import Actor
from app.kernel.errors import WrongState
from app.kernel.words import N_
from app.ratings import operations
from app.ratings.forms import PartForm, RatingForm, ReasonForm, ReplyForm
from app.ratings.models import Rating, appeal_filed, corrections_of
from app.ratings.rules import (
    AXIS_NAMES,
    LIFE,
    MAY_READ,
    MAY_READ_EARLIER,
    MAY_REVIEW_JOB,
    OWNER_LEVELS,
    counts,
    its_giver,
    its_subject,
    revealed,
)
from app.web.door import acting, allow

bp = Blueprint("ratings", __name__)


@bp.route("/jobs/<int:id>/rate", methods=["GET", "POST"])
@allow(its_parties, Job)
def new(job: Job) -> Any:
    by = acting()
    if not yet_to_rate(by.actor, job):
        raise WrongState(N_("Your side has rated this job already."))
    JOB_LIFE.check(by, job, "conclude")
    form = RatingForm()
    form.describe(_levels(by.actor, job))
    if form.validate_on_submit() and form.attempt(operations.give, by, job, **form.values):
        both = is_archived(by.actor, job)
        told = gettext("Your rating is in. It is shown when both are in or the rating period has ended.")
        flash(gettext("Your rating is in. Both sides have rated, and both ratings are published.") if both else told)
        return redirect(url_for("jobs.show", id=job.id), 303)
    about = job.agency.unit if job.agency and its_owner(by.actor, job) else job.owner
    return render_template("ratings/new.html", form=form, about=about, **_known(by.actor, job)), form.status


@bp.get("/ratings/<int:id>")
@allow(MAY_READ, Rating)
def show(rating: Rating) -> Any:
    by, ends = acting(), operations.ends_of(rating)
    earlier = corrections_of(rating.id)
    appeal = appeal_filed(rating)
    over = {"correct": ends.correction, "reply": ends.reply}
    return render_template(
        "ratings/show.html",
        rating=rating,
        job=rating.job,
        measures=operations.facts_of(rating.job),
        names=AXIS_NAMES,
        corrected=len(earlier),
        earlier=earlier if MAY_READ_EARLIER(by.actor, rating) else [],
        ends=ends,
        now=by.now,
        published=revealed(by.actor, rating),
        skip=[verb for verb, end in over.items() if end and by.now >= end],
        appeals=its_subject(by.actor, rating)
        and counts(rating)
        and not appeal
        and ends.appeal is not None
        and by.now < ends.appeal,
        appeal=appeal if MAY_READ_PAPERS(by.actor, rating.job) else None,
    )


@bp.route("/ratings/<int:id>/correct", methods=["GET", "POST"])
@allow(its_giver, Rating)
def correct(rating: Rating) -> Any:
    by, job = acting(), rating.job
    operations.refuse_correcting(by, rating)
    form = RatingForm(obj=rating)
    form.describe(_levels(by.actor, job))
    if form.validate_on_submit() and form.attempt(operations.correct, by, rating, **form.values):
        flash(gettext("Your rating is corrected. What it said before is kept."))
        return redirect(url_for("ratings.show", id=rating.id), 303)
    known = {"about": rating.about, "until": operations.correction_ends(rating)}
    return render_template("ratings/correct.html", form=form, **known, **_known(by.actor, job)), form.status


@bp.route("/ratings/<int:id>/reply", methods=["GET", "POST"])
@allow(its_subject & revealed, Rating)
def reply(rating: Rating) -> Any:
    operations.refuse_replying(acting(), rating)
    form = ReplyForm()
    if form.validate_on_submit() and form.attempt(operations.reply, acting(), rating, **form.values):
        flash(gettext("Your reply is published beside the rating."))
        return redirect(url_for("ratings.show", id=rating.id), 303)
    known = {"rating": rating, "job": rating.job, "names": AXIS_NAMES, "until": operations.ends(rating, "rating_reply")}
    return render_template("ratings/reply.html", form=form, **known), form.status


@bp.route("/jobs/<int:id>/part", methods=["GET", "POST"])
@allow(MAY_REVIEW_JOB, Job)
def part(job: Job) -> Any:
    form = PartForm()
    if form.validate_on_submit() and form.attempt(operations.give_part, acting(), job, **form.values):
        flash(gettext("Your part is published."))
        return redirect(url_for("oversight.review", id=job.id), 303)
    known = {"job": job, "facts": operations.facts_of(job), "weights": operations.three_party(job).weights}
    return render_template("ratings/part.html", form=form, **known), form.status


@bp.route("/ratings/<int:id>/set_aside", methods=["GET", "POST"])
@allow(LIFE["set_aside"].who, Rating)
def set_aside(rating: Rating) -> Any:
    return _reasoned(rating, operations.set_aside, gettext("The rating is set aside. Both sides are told."))


@bp.route("/ratings/<int:id>/restore", methods=["GET", "POST"])
@allow(LIFE["restore"].who, Rating)
def restore(rating: Rating) -> Any:
    return _reasoned(rating, operations.restore, gettext("The rating counts again."))


def _levels(actor: Actor, job: Job) -> dict[str, Any]:
    """The levels by which a side rates the other: an owner by those of the standard, an agency by those for owners."""
    if its_owner(actor, job):
        return {axis["code"]: axis.get("levels", ()) for axis in job.standard.axes}
    return OWNER_LEVELS


def _known(actor: Actor, job: Job) -> dict[str, Any]:
    """What stands around the form of a rating."""
    return {"job": job, "facts": operations.facts_of(job), "by_default": not its_owner(actor, job)}


def _reasoned(rating: Rating, verb: Any, told: str) -> Any:
    """A step that asks for its reason, on the page named like it."""
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(verb, acting(), rating, **form.values):
        flash(told)
        return redirect(url_for("oversight.review", id=rating.job_id), 303)
    known = {"rating": rating, "job": rating.job, "names": AXIS_NAMES}
    return render_template(f"ratings/{verb.__name__}.html", form=form, **known), form.status
