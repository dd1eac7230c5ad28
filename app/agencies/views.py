"""Agencies: the public list and pages, the application, the operator's check, and listings."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.agencies import operations
from app.agencies.bars import barred_among
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
    Enclosure,
    Listing,
    Professional,
    Qualification,
    admitted_agencies,
    checked,
    current_listing,
    exceeds,
    has_changes,
    listings_of,
    stated,
    to_check,
)
from app.agencies.rules import (
    COMMITMENTS,
    LIFE,
    MAY_CHECK,
    MAY_EDIT,
    MAY_LIST,
    MAY_READ,
    MAY_READ_INSIDE,
    MAY_READ_PAPER,
    MAY_TAKE_DOWN,
    open_to_change,
)
from app.catalogue.models import Item, choices, standard_in_force, words_required
from app.catalogue.operations import in_force
from app.credit.models import rank_of
from app.districts import models as districts
from app.entries.eligibility import has_staff, holds
from app.infra.db import session
from app.jobs.models import Wanted, jobs_listed, light_of
from app.jobs.rules import LIFE as JOB_LIFE
from app.kernel.errors import NotAllowed
from app.kernel.law import an_agency, anyone
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.oversight.models import standings
from app.performance.documents import summary
from app.ratings.models import mean_of
from app.ratings.rules import AXIS_NAMES
from app.web.asked import key, own_path, typed
from app.web.door import acting, allow, now
from app.web.downloads import download
from app.web.registration import unit_values
from app.web.said import said

bp = Blueprint("agencies", __name__, url_prefix="/agencies")
listings = Blueprint("listings", __name__)
PAGE = 30


@bp.get("")
@allow(anyone)
def index() -> Any:
    wanted = {"keyword": typed("keyword"), "item": key("item"), "district": typed("district")}
    today, narrowed = local_day(now()), {"district": typed("district"), "keyword": typed("keyword")}
    known: dict[str, Any] = narrowed | {"lower": rank_of(today), "after": key("after"), "limit": PAGE + 1}
    agencies = (found := admitted_agencies(item_id=key("item"), **known))[:PAGE]
    asked: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    return render_template(
        "agencies/index.html",
        agencies=agencies,
        standings=standings([agency.id for agency in agencies], now()),
        barred=barred_among(today, [agency.id for agency in agencies]),
        older=url_for(".index", **asked, after=agencies[-1].id) if len(found) > PAGE else None,
        newer=url_for(".index", **asked) if key("after") else None,
        chosen=dict.fromkeys(wanted, "") | asked,
        items=choices().items,
        districts=districts.choices("region", "city", "county"),
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
    agencies = [(agency, light_of(agency, now()), LIFE.turn(agency.state)) for agency in to_check()]
    return render_template("agencies/waiting.html", agencies=agencies)


@bp.get("/<int:id>")
@allow(MAY_READ, Agency)
def show(agency: Agency) -> Any:
    actor, today = acting().actor, local_day(now())
    inside = MAY_READ_INSIDE(actor, agency)
    told = stated if inside else checked
    standards = in_force(today)
    return render_template(
        "agencies/show.html",
        agency=agency,
        district=districts.full_name(agency.unit.district_code),
        rated=_rated(agency.id),
        **summary(agency.id, now()),
        jobs=jobs_listed(Wanted(agency=agency.id), limit=10),
        job_life=JOB_LIFE,
        life=LIFE,
        light=light_of(agency, now()),
        enclosures=stated(Enclosure, agency.id) if inside else [],
        qualifications=told(Qualification, agency.id),
        professionals=told(Professional, agency.id),
        listings=[(one, exceeds(one, standards.get(one.item_id))) for one in listings_of(agency.id)],
        commitments=COMMITMENTS,
        today=today,
        missing=operations.missing_parts(agency, today) if inside else [],
        changes=inside and open_to_change(actor, agency) and has_changes(agency),
        editable=MAY_EDIT(actor, agency),
        lists=MAY_LIST(actor, agency),
        inside=inside,
    )


def _rated(agency_id: int) -> list[dict[str, Any]]:
    """The mean of each axis as the lines of a small comparison."""
    axes = mean.axes if (mean := mean_of(agency_id)) else {}
    return [{"says": said(AXIS_NAMES[axis]), "value": round(value, 1)} for axis, value in axes.items()]


@bp.get("/papers/<int:id>/file")
@allow(MAY_READ_PAPER, Enclosure)
def enclosure(paper: Enclosure) -> Any:
    return download(paper.file)


@bp.get("/qualifications/<int:id>/file")
@allow(MAY_READ_PAPER, Qualification)
def copy(qualification: Qualification) -> Any:
    return download(qualification.file)


@bp.route("/<int:id>/describe", methods=["GET", "POST"])
@allow(MAY_EDIT, Agency)
def describe(agency: Agency) -> Any:
    papers = {one.name: one.file for one in stated(Enclosure, agency.id)}
    licence = papers.pop(Enclosure.LICENCE, None)
    known = {
        "legal_representative": agency.next_representative or agency.legal_representative,
        "introduction": agency.introduction,
        "licence": licence,
        "others": [{"name": name, "file": file} for name, file in papers.items()],
    }
    form = DescribeForm(data=known)
    if form.validate_on_submit():
        papers = {"licence": _id(form.licence.data), "others": [row | _file(row) for row in form.others.data]}
        if form.attempt(operations.describe, acting(), agency, **form.values | papers):
            return _shown(agency, gettext("Saved. This page says what is still missing."))
    return render_template("agencies/describe.html", form=form, agency=agency), form.status


@bp.route("/<int:id>/qualifications", methods=["GET", "POST"])
@allow(MAY_EDIT, Agency)
def qualifications(agency: Agency) -> Any:
    names = ("kind", "grade", "number", "valid_until", "file")
    held = [{name: getattr(one, name) for name in names} for one in stated(Qualification, agency.id)]
    form = QualificationsForm(data={"rows": held})
    form.suggest(*words_required()[:2])
    if form.validate_on_submit():
        rows = [row | _file(row) for row in form.values["rows"]]
        if form.attempt(operations.set_qualifications, acting(), agency, rows=rows):
            return _shown(agency, gettext("Saved. This page says what is still missing."))
    return render_template("agencies/qualifications.html", form=form, agency=agency), form.status


@bp.route("/<int:id>/professionals", methods=["GET", "POST"])
@allow(MAY_EDIT, Agency)
def professionals(agency: Agency) -> Any:
    names = ("name", "certificate", "number")
    held = [{name: getattr(one, name) for name in names} for one in stated(Professional, agency.id)]
    form = ProfessionalsForm(data={"rows": held})
    form.suggest(words_required()[2])
    if form.validate_on_submit() and form.attempt(operations.set_professionals, acting(), agency, **form.values):
        return _shown(agency, gettext("Saved. This page says what is still missing."))
    return render_template("agencies/professionals.html", form=form, agency=agency), form.status


@bp.route("/<int:id>/submit", methods=["GET", "POST"])
@allow(LIFE["submit"].who, Agency)
def submit(agency: Agency) -> Any:
    form = SubmitForm()
    if form.validate_on_submit() and form.attempt(operations.submit, acting(), agency, signed_by=form.signed_by.data):
        return _shown(agency, gettext("The application is submitted. The operator checks it by the day on this page."))
    return render_template("agencies/submit.html", form=form, agency=agency, commitments=COMMITMENTS), form.status


@bp.post("/<int:id>/admit")
@allow(LIFE["admit"].who, Agency)
def admit(agency: Agency) -> Any:
    operations.admit(acting(), agency)
    return _shown(agency, gettext("The agency is admitted."))


@bp.route("/<int:id>/return_application", methods=["GET", "POST"])
@allow(LIFE["return_application"].who, Agency)
def return_application(agency: Agency) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.return_application, acting(), agency, **form.values):
        return _shown(agency, gettext("The application is returned with your reasons."))
    return render_template("agencies/return.html", form=form, agency=agency), form.status


@bp.post("/<int:id>/submit_changes")
@allow(LIFE["submit_changes"].who, Agency)
def submit_changes(agency: Agency) -> Any:
    operations.submit_changes(acting(), agency)
    return _shown(agency, gettext("The changes are submitted. The operator checks them by the day on this page."))


@bp.post("/<int:id>/accept_changes")
@allow(LIFE["accept_changes"].who, Agency)
def accept_changes(agency: Agency) -> Any:
    operations.accept_changes(acting(), agency)
    return _shown(agency, gettext("The changes are accepted. From now on they count."))


@bp.route("/<int:id>/return_changes", methods=["GET", "POST"])
@allow(LIFE["return_changes"].who, Agency)
def return_changes(agency: Agency) -> Any:
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(operations.return_changes, acting(), agency, **form.values):
        return _shown(agency, gettext("The changes are returned with your reasons."))
    return render_template("agencies/return_changes.html", form=form, agency=agency), form.status


@listings.route("/items/<int:id>/promise", methods=["GET", "POST"])
@allow(an_agency, Item)
def promise(item: Item) -> Any:
    agency = session.get(Agency, acting().actor.unit_id or 0)
    if agency is None or not MAY_LIST(acting().actor, agency):
        raise NotAllowed(N_("Only an admitted agency may list services."))
    today = local_day(now())
    standard = standard_in_force(item.id, today)
    form = ListingForm(obj=(listed := current_listing(agency.id, item.id)))
    form.bound(standard)
    if form.validate_on_submit() and form.attempt(operations.promise, acting(), agency, item, **form.values):
        flash(gettext("Your promise is listed."))
        return redirect(own_path(request.args.get("next", ""), url_for("agencies.show", id=agency.id)), 303)
    return render_template(
        "agencies/promise.html",
        form=form,
        item=item,
        listed=listed is not None,
        standard=standard,
        able=holds(agency.id, item.require, today) and has_staff(agency.id, item, today),
    ), form.status


@listings.post("/listings/<int:id>/take_down")
@allow(MAY_TAKE_DOWN, Listing)
def take_down(listing: Listing) -> Any:
    operations.take_down(acting(), listing)
    flash(gettext("The listing is taken down."))
    return redirect(url_for("agencies.show", id=listing.agency_id), 303)


def _shown(agency: Agency, told: str) -> Any:
    """Back to the agency's page, which says what was done."""
    flash(told)
    return redirect(url_for(".show", id=agency.id), 303)


def _id(file: Any) -> int | None:
    return file.id if file else None


def _file(row: dict[str, Any]) -> dict[str, int | None]:
    return {"file": _id(row["file"])}
