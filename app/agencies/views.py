"""Agencies: the public list and pages, the application, the operator's check, and listings."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from app.agencies import operations
from app.agencies.forms import (
    AgencyForm,
    DescribeForm,
    ListingForm,
    ProfessionalsForm,
    QualificationsForm,
    ReasonForm,
    SubmitForm,
)
from app.agencies.models import (
    Agency,
    Listing,
    admitted_agencies,
    current_listing,
    listings_of,
    professionals_of,
    qualifications_of,
    to_check,
)
from app.agencies.rules import COMMITMENTS, LIFE, MAY_CHECK, MAY_EDIT, MAY_LIST, MAY_READ, MAY_TAKE_DOWN, itself
from app.catalogue.models import Item, choices, standard_in_force
from app.districts import models as districts
from app.infra.db import session
from app.jobs.models import Wanted, jobs_listed
from app.jobs.rules import LIFE as JOB_LIFE
from app.kernel.law import an_agency, anyone
from app.kernel.workdays import local_day
from app.oversight.models import standings
from app.ratings.models import mean_of
from app.ratings.rules import AXIS_NAMES
from app.web.asked import key, typed
from app.web.door import acting, allow, now
from app.web.registration import unit_values
from app.web.said import said

bp = Blueprint("agencies", __name__, url_prefix="/agencies")
listings = Blueprint("listings", __name__)
PAGE = 30


@bp.get("")
@allow(anyone)
def index() -> Any:
    wanted = {"keyword": typed("keyword"), "item": key("item"), "district": typed("district")}
    found = admitted_agencies(
        item_id=key("item"), district=typed("district"), keyword=typed("keyword"), after=key("after"), limit=PAGE + 1
    )
    agencies = found[:PAGE]
    asked: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    listed = choices()
    return render_template(
        "agencies/index.html",
        agencies=agencies,
        standings=standings([agency.id for agency in agencies], now()),
        older=url_for(".index", **asked, after=agencies[-1].id) if len(found) > PAGE else None,
        newer=url_for(".index", **asked) if key("after") else None,
        chosen=dict.fromkeys(wanted, "") | asked,
        items=listed.items,
        districts=listed.districts,
    )


@bp.route("/apply", methods=["GET", "POST"])
@allow(anyone)
def apply() -> Any:
    form = AgencyForm()
    form.district_code.choices = districts.choices()
    if form.validate_on_submit() and form.attempt(operations.register, acting(), **unit_values(form)):
        flash(gettext("Your agency is registered. Sign in to complete the application."))
        return redirect(url_for("accounts.sign_in", next=url_for(".show", id=form.result.id)), 303)
    return render_template("agencies/apply.html", form=form), form.status


@bp.get("/to-check")
@allow(MAY_CHECK)
def waiting() -> Any:
    return render_template("agencies/waiting.html", agencies=to_check())


@bp.get("/<int:id>")
@allow(MAY_READ, Agency)
def show(agency: Agency) -> Any:
    today = local_day(now())
    return render_template(
        "agencies/show.html",
        agency=agency,
        standing=standings([agency.id], now())[agency.id],
        rated=_rated(agency.id),
        jobs=jobs_listed(Wanted(agency=agency.id), limit=10),
        job_life=JOB_LIFE,
        life=LIFE,
        qualifications=qualifications_of(agency.id),
        professionals=professionals_of(agency.id),
        listings=listings_of(agency.id),
        commitments=COMMITMENTS,
        today=today,
        missing=operations.missing_parts(agency, today),
        editable=MAY_EDIT(acting().actor, agency),
        lists=MAY_LIST(acting().actor, agency),
        inside=(itself | MAY_CHECK)(acting().actor, agency),
    )


def _rated(agency_id: int) -> list[dict[str, Any]]:
    """The mean of each axis as the lines of a small comparison."""
    mean = mean_of(agency_id)
    axes = mean.axes if mean else {}
    return [{"says": said(AXIS_NAMES[axis]), "value": round(value, 1)} for axis, value in axes.items()]


@bp.route("/<int:id>/describe", methods=["GET", "POST"])
@allow(MAY_EDIT, Agency)
def describe(agency: Agency) -> Any:
    form = DescribeForm(obj=agency)
    if form.validate_on_submit():
        values = form.values
        licence = values.pop("licence")
        if form.attempt(operations.describe, acting(), agency, **values, licence=licence.id if licence else None):
            flash(gettext("Saved. This page says what is still missing."))
            return redirect(url_for(".show", id=agency.id), 303)
    return render_template("agencies/describe.html", form=form, agency=agency), form.status


@bp.route("/<int:id>/qualifications", methods=["GET", "POST"])
@allow(MAY_EDIT, Agency)
def qualifications(agency: Agency) -> Any:
    names = ("kind", "grade", "number", "valid_until")
    held = [{name: getattr(one, name) for name in names} for one in qualifications_of(agency.id)]
    form = QualificationsForm(data={"rows": held})
    if form.validate_on_submit():
        rows = [row | {"file": row["file"].id if row["file"] else None} for row in form.values["rows"]]
        if form.attempt(operations.set_qualifications, acting(), agency, rows=rows):
            flash(gettext("Saved. This page says what is still missing."))
            return redirect(url_for(".show", id=agency.id), 303)
    return render_template("agencies/qualifications.html", form=form, agency=agency), form.status


@bp.route("/<int:id>/professionals", methods=["GET", "POST"])
@allow(MAY_EDIT, Agency)
def professionals(agency: Agency) -> Any:
    names = ("name", "certificate", "number")
    held = [{name: getattr(one, name) for name in names} for one in professionals_of(agency.id)]
    form = ProfessionalsForm(data={"rows": held})
    if form.validate_on_submit() and form.attempt(operations.set_professionals, acting(), agency, **form.values):
        flash(gettext("Saved. This page says what is still missing."))
        return redirect(url_for(".show", id=agency.id), 303)
    return render_template("agencies/professionals.html", form=form, agency=agency), form.status


@bp.route("/<int:id>/submit", methods=["GET", "POST"])
@allow(LIFE["submit"].who, Agency)
def submit(agency: Agency) -> Any:
    form = SubmitForm()
    if form.validate_on_submit() and form.attempt(operations.submit, acting(), agency, signed_by=form.signed_by.data):
        flash(gettext("The application is submitted. The operator checks it by the day on this page."))
        return redirect(url_for(".show", id=agency.id), 303)
    return render_template("agencies/submit.html", form=form, agency=agency, commitments=COMMITMENTS), form.status


@bp.post("/<int:id>/admit")
@allow(LIFE["admit"].who, Agency)
def admit(agency: Agency) -> Any:
    operations.admit(acting(), agency)
    flash(gettext("The agency is admitted."))
    return redirect(url_for(".show", id=agency.id), 303)


@bp.route("/<int:id>/return_application", methods=["GET", "POST"])
@allow(LIFE["return_application"].who, Agency)
def return_application(agency: Agency) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.return_application, acting(), agency, **form.values):
        flash(gettext("The application is returned with your reasons."))
        return redirect(url_for(".show", id=agency.id), 303)
    return render_template("agencies/return.html", form=form, agency=agency), form.status


@listings.route("/items/<int:id>/promise", methods=["GET", "POST"])
@allow(an_agency, Item)
def promise(item: Item) -> Any:
    agency = session.get(Agency, acting().actor.unit_id or 0)
    if agency is None or not MAY_LIST(acting().actor, agency):
        abort(403)
    present = current_listing(agency.id, item.id)
    standard = standard_in_force(item.id, local_day(now()))
    form = ListingForm(obj=present)
    if form.validate_on_submit() and form.attempt(operations.promise, acting(), agency, item, **form.values):
        flash(gettext("Your promise is listed."))
        return redirect(url_for("agencies.show", id=agency.id), 303)
    return render_template("agencies/promise.html", form=form, item=item, standard=standard), form.status


@listings.post("/listings/<int:id>/take_down")
@allow(MAY_TAKE_DOWN, Listing)
def take_down(listing: Listing) -> Any:
    operations.take_down(acting(), listing)
    flash(gettext("The listing is taken down."))
    return redirect(url_for("agencies.show", id=listing.agency_id), 303)
