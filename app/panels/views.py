"""The panel of a job: who sits on it, scoring alone, and agreeing."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.entries.envelopes import attachment
from app.infra import almanac
from app.jobs.models import Job, light_of
from app.jobs.rules import LIFE, its_chair, its_owner, scoring, seats_people
from app.kernel.law import signed_in
from app.panels import operations
from app.panels.forms import ReasonForm, SeatForm, scores_form
from app.panels.models import Bench, Seat, bidders_in, seats_of, sees_panel, sheets_of
from app.panels.rules import (
    MAY_READ_PANEL,
    PARTS,
    SEAT_LIFE,
    all_scored,
    has_left,
    is_complete,
    is_even,
    its_holder,
    on_the_panel,
)
from app.web.asked import key
from app.web.door import acting, allow, now
from app.web.downloads import attachment_as

bp = Blueprint("panels", __name__)
seats = Blueprint("seats", __name__, url_prefix="/seats")


@bp.get("/jobs/<int:id>/panel")
@allow(MAY_READ_PANEL, Bench)
def show(bench: Bench) -> Any:
    """The panel, for those on it and those over the job; what it scores, for those on it alone."""
    actor, job = acting().actor, bench.job
    least = operations.least_scorers(acting(), job)
    full = is_complete(bench.seats, least)
    inside, scored = on_the_panel(actor, bench), full and all_scored(bench.seats)
    return render_template(
        "panels/show.html",
        job=job,
        seats=[seat for seat in bench.seats if not has_left(seat)],
        left=[seat for seat in bench.seats if has_left(seat)],
        own=next((seat for seat in bench.seats if its_holder(actor, seat)), None),
        bidders=bidders_in(job.id) if inside else [],
        sheets=sheets_of(job.id) if inside and scored else [],
        scored=scored,
        full=full,
        even=is_even(bench.seats, least),
        least=least,
        witnesses=almanac.number("panel_witnesses", now()),
        light=light_of(job, now()) if scoring(actor, job) else None,
        sits=scoring(actor, job),
        may_appoint=its_owner(actor, job) and seats_people(actor, job) and not (scoring(actor, job) and full),
        may_agree=its_chair(actor, job) and scoring(actor, job) and scored,
        may_recuse=seats_people(actor, job),
        parts=PARTS,
        life=SEAT_LIFE,
    )


@bp.get("/jobs/<int:id>/panel/attachment")
@allow(on_the_panel, Bench)
def attached(bench: Bench) -> Any:
    """A file of a bidder's proposal, named after its number alone."""
    number, place = key("bidder") or 0, key("place") or 0
    bidder = next((one for one in bidders_in(bench.job.id) if one.number == number), None)
    found = attachment(bidder.entry, place - 1) if bidder else None
    if found is None:
        return redirect(url_for(".show", id=bench.job.id), 303)
    return attachment_as(found, f"bidder-{number}-attachment-{place}")


@bp.route("/jobs/<int:id>/panel/appoint", methods=["GET", "POST"])
@allow(its_owner, Job)
def appoint(job: Job) -> Any:
    operations.check_seats(acting(), job, seats_of(job.id))
    form = SeatForm()
    if form.validate_on_submit() and form.attempt(operations.appoint, acting(), job, **form.values):
        flash(gettext("The seat is given."))
        return redirect(url_for(".show", id=job.id), 303)
    return render_template("panels/appoint.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/panel/extend", methods=["GET", "POST"])
@allow(LIFE["extend"].who, Job)
def extend(job: Job) -> Any:
    LIFE.check(acting(), job, "extend")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.extend, acting(), job, **form.values):
        flash(gettext("The panel has its time anew. The reason is published."))
        return redirect(url_for("jobs.show", id=job.id), 303)
    return render_template("panels/extend.html", form=form, job=job), form.status


@bp.route("/jobs/<int:id>/panel/agree", methods=["GET", "POST"])
@allow(LIFE["agree"].who, Job)
def agree(job: Job) -> Any:
    bidders, sheets = bidders_in(job.id), sheets_of(job.id)
    form = scores_form(bidders, job.criteria, sheets)  # first: a refusal tells what was typed by its names
    LIFE.check(acting(), job, "agree")
    operations.check_ready(acting(), job, seats_of(job.id))
    if form.validate_on_submit():
        consensus = {"scores": form.scores, "reasons": form.words}
        if form.attempt(operations.agree, acting(), job, **consensus):
            flash(gettext("The consensus is recorded. The clock now opens the prices and selects."))
            return redirect(url_for("jobs.show", id=job.id), 303)
    return render_template("panels/agree.html", form=form, job=job, bidders=bidders, sheets=sheets), form.status


@seats.get("/<int:id>", endpoint="show")
@allow(signed_in, Seat)
def show_seat(seat: Seat) -> Any:
    """To the panel, or to its job for whoever has left it."""
    page = "panels.show" if sees_panel(acting().actor, seat.job) else "jobs.show"
    return redirect(url_for(page, id=seat.job_id), 303)


@seats.route("/<int:id>/score", methods=["GET", "POST"])
@allow(SEAT_LIFE["score"].who, Seat)
def score(seat: Seat) -> Any:
    job = seat.job
    bidders = bidders_in(job.id)
    form = scores_form(bidders, job.criteria)
    operations.check_sits(acting(), job)
    SEAT_LIFE.check(acting(), seat, "score")
    if form.validate_on_submit():
        given = {"scores": form.scores, "remarks": form.words}
        if form.attempt(operations.score, acting(), seat, **given):
            flash(gettext("Your scores are in. They cannot be changed."))
            return redirect(url_for("panels.show", id=job.id), 303)
    return render_template("panels/score.html", form=form, job=job, bidders=bidders), form.status


@seats.route("/<int:id>/recuse", methods=["GET", "POST"])
@allow(SEAT_LIFE["recuse"].who, Seat)
def recuse(seat: Seat) -> Any:
    SEAT_LIFE.check(acting(), seat, "recuse")
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.recuse, acting(), seat, **form.values):
        flash(gettext("The seat is left. The reason is published with the result."))
        return redirect(url_for("jobs.show", id=seat.job_id), 303)
    return render_template("panels/recuse.html", form=form, job=seat.job, seat=seat), form.status
