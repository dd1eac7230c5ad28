"""The search: one box, its results with what narrows them, saved searches, and the synonyms of the operator."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.agencies.models import admitted_agencies
from app.catalogue.models import certificates, items_by_code, sectors_by_code, services_found
from app.finding import operations
from app.finding.asking import Asked, answered, problem, suggested
from app.finding.facets import offered
from app.finding.forms import SynonymsForm
from app.finding.hits import hits
from app.finding.models import SavedSearch, Synonyms, saved_by, synonyms_in_force
from app.finding.rules import KINDS, MAY_FORGET, MAY_KEEP_SYNONYMS, MAY_SAVE, SORTS
from app.jobs.models import Wanted, jobs_listed
from app.jobs.rules import LIFE, MAY_CREATE, may_enter, takes_entries
from app.kernel.law import an_agency, anyone
from app.methods.rules import METHODS
from app.web.asked import LONGEST, typed
from app.web.door import acting, allow, now
from app.web.fields import Form
from search.highlight import highlight

bp = Blueprint("finding", __name__)
SUGGESTED, FROM_LISTS = 8, 10
PAGES = {
    "item": "catalogue.show", "agency": "agencies.show", "listing": "agencies.show", "job": "jobs.show",
    "result": "selections.show", "calendar_notice": "calendars.show",
}  # fmt: skip


@bp.get("/search")
@allow(anyone)
def index() -> Any:
    asked, actor = Asked.of(request.args.items(multi=True)), acting().actor
    wrong = problem(asked)
    answer = None if wrong else answered(asked, actor, now())
    known: dict[str, Any] = {"asked": asked, "wrong": wrong, "answer": answer, "pages": PAGES, "kinds": KINDS}
    if answer:
        found = hits(answer.found.keys, actor)
        more = asked.address(after=answer.found.after) if answer.found.after else None
        known |= {"hits": found, "facets": offered(asked, answer.found.facets), "older": more, "sorts": SORTS}
        known |= {"marked": lambda text: highlight(text, answer.query), "life": LIFE, "methods": METHODS}
        known |= {"may_post": MAY_CREATE(actor), "may_list": an_agency(actor)}
        known |= {"enters": lambda job: takes_entries(actor, job) and may_enter(actor, job)}
        known |= {"behind": operations.behind(now()), "may_save": MAY_SAVE(actor)}
    elif not wrong:
        known |= {"lists": _from_the_lists(asked.text[:LONGEST])}
    return render_template("finding/index.html", **known), 422 if wrong else 200


@bp.get("/search/suggest")
@allow(anyone)
def suggest() -> Any:
    keys = suggested(typed("q"), acting().actor, now(), SUGGESTED)
    return render_template("finding/_suggested.html", hits=hits(keys, acting().actor), pages=PAGES, kinds=KINDS)


@bp.get("/searches/kept")
@allow(MAY_SAVE)
def kept() -> Any:
    return render_template("finding/kept.html", searches=saved_by(acting().actor))


@bp.post("/searches")
@allow(MAY_SAVE)
def keep() -> Any:
    asked = Asked.read(request.form.get("asked", "")[:2000])
    operations.save(acting(), asked=asked.address(), title=asked.text or gettext("Everything"))
    flash(gettext("The search is kept. What is new in it is told once a day."))
    return redirect(url_for(".kept"), 303)


@bp.post("/searches/<int:id>/forget")
@allow(MAY_FORGET, SavedSearch)
def forget(saved: SavedSearch) -> Any:
    operations.forget(acting(), saved)
    flash(gettext("The search is forgotten."))
    return redirect(url_for(".kept"), 303)


@bp.get("/synonyms")
@allow(anyone)
def synonyms() -> Any:
    may_keep = MAY_KEEP_SYNONYMS(acting().actor)
    named = sectors_by_code() | certificates() | items_by_code()
    return render_template("finding/synonyms.html", groups=synonyms_in_force(), named=named, may_keep=may_keep)


@bp.route("/synonyms/new", methods=["GET", "POST"])
@allow(MAY_KEEP_SYNONYMS)
def add_synonyms() -> Any:
    form = SynonymsForm()
    if form.validate_on_submit() and form.attempt(operations.add_synonyms, acting(), **form.values):
        flash(gettext("From now on these words find the same."))
        return redirect(url_for(".synonyms"), 303)
    return render_template("finding/new.html", form=form), form.status


@bp.route("/synonyms/<int:id>/end", methods=["GET", "POST"])
@allow(MAY_KEEP_SYNONYMS, Synonyms)
def end_synonyms(one: Synonyms) -> Any:
    form = Form()
    if form.validate_on_submit() and form.attempt(operations.end_synonyms, acting(), one):
        flash(gettext("These words are different words again."))
        return redirect(url_for(".synonyms"), 303)
    return render_template("finding/end.html", form=form, one=one), form.status


def _from_the_lists(text: str) -> dict[str, Any]:
    """What the lists of the database find by the letter, while no engine answers."""
    return {
        "items": services_found(text)[:FROM_LISTS],
        "agencies": admitted_agencies(keyword=text, limit=FROM_LISTS),
        "jobs": jobs_listed(Wanted(keyword=text), limit=FROM_LISTS),
    }
