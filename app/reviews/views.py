"""The regulator's queue of ratings by risk, all evidence of one on one screen, and the public record of the draws."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.appeals.models import appeal_of
from app.jobs.models import light_of
from app.kernel.law import anyone
from app.kernel.scores import month_named
from app.ratings.models import corrections_of, ratings_of
from app.ratings.operations import facts_of
from app.ratings.rules import AXIS_NAMES, counts
from app.reviews import operations
from app.reviews.forms import KeepForm
from app.reviews.models import Review, draws, queue, same_words
from app.reviews.rules import FLAGS, LIFE, MAY_HAVE_QUEUE, MAY_READ, NUMBERS, SHARED
from app.scores.models import scores_over_all
from app.services.clock import clock_ended, ledger_of
from app.web.door import acting, allow, now

bp = Blueprint("reviews", __name__)


@bp.get("/reviews")
@allow(MAY_HAVE_QUEUE)
def index() -> Any:
    return render_template("reviews/index.html", reviews=queue(acting().actor.sector), flags=FLAGS)


@bp.get("/reviews/<int:id>")
@allow(MAY_READ, Review)
def show(review: Review) -> Any:
    """Facts of the delivery, ledger, both ratings, replies, flags with their numbers, others with the same words, and
    what happened."""
    rating, actor = review.rating, acting().actor
    job, turn = rating.job, LIFE.turn(review.state) if counts(rating) else None
    told = sorted(ratings_of(job.id), key=lambda one: one.id != rating.id)
    alike, same = same_words(review)
    return render_template(
        "reviews/show.html",
        review=review,
        rating=rating,
        job=job,
        both=told,
        same=same,
        rest=alike - len(same),
        facts=facts_of(job),
        ledger=ledger_of(job),
        ended=clock_ended(job),
        corrections={one.id: corrections_of(one.id) for one in told},
        appeal=appeal_of(rating.id),
        standing=scores_over_all([rating.about_id]).get(rating.about_id),
        turn=turn,
        yours=bool(turn and turn.who(actor, review)),
        light=light_of(review, now()),
        words={"flags": FLAGS, "numbers": NUMBERS, "shared": SHARED, "axes": AXIS_NAMES},
    )


@bp.route("/reviews/<int:id>/keep", methods=["GET", "POST"])
@allow(LIFE["keep"].who, Review)
def keep(review: Review) -> Any:
    LIFE.check(acting(), review, "keep")
    form = KeepForm()
    if form.validate_on_submit() and form.attempt(operations.keep, acting(), review, **form.values):
        flash(gettext("Noted. The rating stays."))
        return redirect(url_for("reviews.index"), 303)
    known = {"rating": review.rating, "job": review.rating.job, "names": AXIS_NAMES}
    return render_template("reviews/keep.html", form=form, review=review, **known), form.status


@bp.get("/ratings/samples")
@allow(anyone)
def samples() -> Any:
    """How the ratings that regulators look at by chance were drawn: hash before, seed after."""
    rows = [(month_named(one.month), one) for one in draws()]
    return render_template("reviews/samples.html", rows=rows)
