"""The catalogue: every item with its four unifieds, and the operator's page for a new version."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.agencies.models import Agency, exceeds, listings_for
from app.agencies.rules import MAY_LIST
from app.catalogue import operations
from app.catalogue.forms import StandardForm
from app.catalogue.models import Item, certificates, materials_of, standard_in_force, standards_of
from app.catalogue.rules import AXES, CLOCK_STARTS, LEVELS, MAY_MAKE_STANDARD, PRICING
from app.infra.db import session
from app.jobs.rules import MAY_CREATE
from app.kernel.law import anyone
from app.kernel.workdays import local_day
from app.web.asked import typed
from app.web.door import acting, allow, now

bp = Blueprint("catalogue", __name__, url_prefix="/items")


@bp.get("")
@allow(anyone)
def index() -> Any:
    stage = request.args.get("stage", "")
    wanted = select(Item).options(joinedload(Item.sector)).order_by(Item.code)
    items = session.scalars(wanted).all()
    stages = list(dict.fromkeys(item.stage for item in items))
    return render_template(
        "catalogue/index.html",
        items=[item for item in items if stage in ("", item.stage)],
        standards=operations.in_force(local_day(now())),
        stages=stages,
        stage=stage,
        pricing=PRICING,
    )


@bp.get("/<int:id>")
@allow(anyone, Item)
def show(item: Item) -> Any:
    versions, today = standards_of(item.id), local_day(now())
    present = standard_in_force(item.id, today)
    standard = present
    if wish := typed("version"):
        standard = next((one for one in versions if str(one.version) == wish), None) or abort(404)
    agency = session.get(Agency, acting().actor.unit_id or 0)
    return render_template(
        "catalogue/show.html",
        item=item,
        standard=standard,
        present=present,
        versions=versions,
        today=today,
        materials=materials_of(standard.id) if standard else [],
        listings=[(one, exceeds(one, present)) for one in listings_for(item.id)],
        axes=AXES,
        certificates=certificates(),
        clock_starts=CLOCK_STARTS,
        levels=LEVELS,
        pricing=PRICING,
        may_post=MAY_CREATE(acting().actor),
        may_list=agency is not None and MAY_LIST(acting().actor, agency),
        may_make=MAY_MAKE_STANDARD(acting().actor),
    )


@bp.route("/<int:id>/standard", methods=["GET", "POST"])
@allow(MAY_MAKE_STANDARD, Item)
def new_standard(item: Item) -> Any:
    newest = standards_of(item.id)[0]
    form = StandardForm(data=StandardForm.start(newest, materials_of(newest.id)))
    form.offer(certificates())
    if form.validate_on_submit() and form.attempt(operations.make_standard, acting(), item, **form.stated(newest)):
        flash(gettext("The new version is made. It takes effect on its day."))
        return redirect(url_for(".show", id=item.id, version=form.result.version), 303)
    return render_template("catalogue/new_standard.html", form=form, item=item, newest=newest), form.status
