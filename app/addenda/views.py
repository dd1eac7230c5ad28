"""The page on which an owner publishes an addendum."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.addenda import operations
from app.addenda.forms import addendum_form
from app.entries.models import entries_counted
from app.infra import almanac
from app.jobs.models import Job
from app.jobs.rules import LIFE, its_owner
from app.web.door import acting, allow, now

bp = Blueprint("addenda", __name__)


@bp.route("/jobs/<int:id>/amend", methods=["GET", "POST"])
@allow(its_owner, Job)
def new(job: Job) -> Any:
    LIFE.check(acting(), job, "amend")
    form = addendum_form(job)
    if form.validate_on_submit() and form.attempt(operations.amend, acting(), job, **form.values):
        flash(gettext("The addendum is published. All who entered or asked are told."))
        return redirect(url_for("jobs.show", id=job.id, _anchor="addenda"), 303)
    extended = max(job.due or now(), almanac.deadline(now(), "addendum_extension"))
    known = {"extended": extended, "entries": entries_counted(job.id)}
    return render_template("addenda/new.html", form=form, job=job, **known), form.status
