"""Rating a finished job, reading a rating, and the regulator's review of both on one page."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.jobs.models import Job
from app.jobs.rules import LIFE as JOB_LIFE
from app.ratings import operations
from app.ratings.forms import RatingForm, ReasonForm
from app.ratings.models import AXES, Rating, ratings_of
from app.ratings.rules import LIFE, MAY_READ, MAY_REVIEW_JOB, revealed
from app.services.operations import ledger_of
from app.web.door import acting, allow

bp = Blueprint("ratings", __name__)


@bp.route("/jobs/<int:id>/rate", methods=["GET", "POST"])
@allow(JOB_LIFE["conclude"].who, Job)
def new(job: Job) -> Any:
    form = RatingForm()
    if form.validate_on_submit() and form.attempt(operations.give, acting(), job, **form.values):
        flash(gettext("Your rating is in. It is shown when both are in or the rating period has ended."))
        return redirect(url_for("jobs.show", id=job.id), 303)
    return render_template("ratings/new.html", form=form, job=job, facts=operations.facts_of(job)), form.status


@bp.get("/ratings/<int:id>")
@allow(MAY_READ, Rating)
def show(rating: Rating) -> Any:
    return render_template("ratings/show.html", rating=rating, job=rating.job, axes=AXES, life=LIFE)


@bp.route("/ratings/<int:id>/set_aside", methods=["GET", "POST"])
@allow(LIFE["set_aside"].who, Rating)
def set_aside(rating: Rating) -> Any:
    return _reasoned(rating, operations.set_aside, "ratings/set_aside.html")


@bp.route("/ratings/<int:id>/restore", methods=["GET", "POST"])
@allow(LIFE["restore"].who, Rating)
def restore(rating: Rating) -> Any:
    return _reasoned(rating, operations.restore, "ratings/restore.html")


@bp.get("/jobs/<int:id>/review")
@allow(MAY_REVIEW_JOB, Job)
def review(job: Job) -> Any:
    shown = [one for one in ratings_of(job.id) if revealed(acting().actor, one)]
    return render_template(
        "ratings/review.html",
        job=job,
        ratings=shown,
        axes=AXES,
        life=LIFE,
        facts=operations.facts_of(job),
        ledger=ledger_of(job),
    )


def _reasoned(rating: Rating, verb: Any, page: str) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(verb, acting(), rating, **form.values):
        return redirect(url_for(".review", id=rating.job_id), 303)
    return render_template(page, form=form, rating=rating, job=rating.job), form.status
