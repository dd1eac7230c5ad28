"""Jobs: the public list, the page of one job, the pages of posting, and the operator's check."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from app.accounts.models import members_of
from app.addenda.models import addenda_of
from app.addenda.rules import AMENDABLE, FOR_MEMBERS
from app.catalogue.models import services_found, standard_in_force
from app.catalogue.operations import in_force
from app.contracts.models import contracts_of, materials_asked
from app.contracts.rules import MATERIAL_STATES
from app.districts.models import choices as district_choices
from app.entries.eligible import eligible_count, first_eligible
from app.entries.models import ENTERED, entries_seen
from app.infra import almanac
from app.inquiries.models import asked_about
from app.jobs import models, operations, posting, rules
from app.jobs.ahead import ahead
from app.jobs.forms import DelegateForm, ItemForm, ProjectForm, ReasonForm, WishForm, against, list_choices
from app.jobs.models import Job, Wanted
from app.jobs.rules import LIFE, MAY_CREATE, MAY_DELEGATE, its_owner, takes_entries
from app.kernel.law import anyone
from app.kernel.outside import SOURCES
from app.kernel.workdays import local_day
from app.methods.rules import FUNDS, GROUNDS, IF_ABANDONED, METHODS, asks_quote
from app.objections.models import objection_awaited, reads_some
from app.openings.rules import openers
from app.oversight.models import Told
from app.panels.operations import panel_seen
from app.payments.models import fee_in
from app.ratings.rules import MAY_REVIEW_JOB
from app.selections.models import rule_of
from app.services.clock import course, kinds_asked
from app.services.models import deliveries_of, pauses_of
from app.services.rules import REASONS, asks_open_to, the_other_side
from app.web.asked import key, typed
from app.web.door import acting, allow, now
from app.web.fields import Form
from app.web.spine import ending, spine
from app.web.words import said

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
PAGE = 20
FILTERS = ("keyword", "item", "stage", "district", "state", "method")
WORDS = {"life": LIFE, "methods": METHODS, "funds": FUNDS, "if_abandoned": IF_ABANDONED, "grounds": GROUNDS}
WORDS |= {"amendable": AMENDABLE, "for_members": FOR_MEMBERS, "sources": SOURCES, "asks_quote": asks_quote}
WORDS |= {"after_closing": rules.after_closing}


@bp.get("")
@allow(anyone)
def index() -> Any:
    asked: dict[str, Any] = {name: text for name in FILTERS if (text := typed(name))}
    mine = acting().actor.unit_id if "mine" in request.args else None
    wanted = asked | {"item": key("item"), "after": key("after"), "unit": mine}
    rows = models.jobs_listed(Wanted(**wanted), ENTERED, limit=PAGE + 1)
    jobs, here = rows[:PAGE], asked | ({"mine": "1"} if mine else {})
    return render_template(
        "jobs/index.html",
        jobs=jobs,
        lights=models.lights_of(jobs, now()),
        older=url_for(".index", **here, after=jobs[-1].id) if len(rows) > PAGE else None,
        newer=url_for(".index", **here) if wanted["after"] else None,
        chosen=dict.fromkeys(FILTERS, "") | asked,
        here=url_for(".index", **here),
        choices=list_choices(),
        mine=mine,
        may_create=MAY_CREATE(acting().actor),
        **WORDS,
    )


@bp.get("/<int:id>")
@allow(anyone, Told)
def show(told: Told) -> Any:
    job, actor = told.job, acting().actor
    inside = rules.MAY_READ_PAPERS(actor, job)
    story = models.story_of(job.id)
    announced: dict[str, Any] = next((row.facts for row in story if row.name == "job.publish"), {})
    turn = LIFE.turn(job.state)
    seen = entries_seen(job.id, actor.unit_id) if takes_entries(actor, job) else None
    return render_template(
        "jobs/show.html",
        job=job,
        selection=told.selection,
        turn=turn,
        yours=bool(turn and turn.who(actor, job)) and not (seen and seen.stands),
        waits_for=models.awaited(job) or [said(name) for name in _awaited(turn, job)],
        light=models.light_of(job, now()),
        **course(job, story, now()),
        spine=spine(job, story, inside=inside),
        **ending(job, story),
        fee=fee_in(actor, job, story, now()),
        objections=any(row.name == "job.object" for row in story) and (inside or reads_some(actor, job.id)),
        avoided=announced.get("avoided") or [],
        lawful=announced.get("lawful") or [],
        seen=seen,
        again=next(iter(models.reposts_of(job.id)), None) if rules.has_failed(actor, job) else None,
        may_delegate=MAY_DELEGATE(actor, job) and not rules.is_over(actor, job),
        asked=[(one, the_other_side(actor, one)) for one in told.asked] if inside else [],
        asks=asks_open_to(actor, job, now(), kinds_asked(story)),
        **asked_about(actor, job, told.inquiries, now()),
        addenda=addenda_of(job.id) if any(row.name == "job.amend" for row in story) else [],
        in_publicity=rules.in_publicity(actor, job),
        inside=inside,
        **panel_seen(acting(), job),
        **objection_awaited(acting(), job),
        may_review=MAY_REVIEW_JOB(actor, job),
        archived=rules.is_archived(actor, job),
        ratings=told.ratings(actor),
        least=rule_of(job, now()).minimum_entries,
        named=posting.named_agency(job),
        **WORDS,
    )


def _awaited(turn: Any, job: Job) -> tuple[str, ...]:
    """Whom a state waits for where the law names no unit."""
    if rules.awaiting(acting().actor, job):
        return openers(job)
    return tuple(turn.who.names[:1]) if turn else ()


@bp.get("/<int:id>/papers")
@allow(rules.MAY_READ_PAPERS, Job)
def papers(job: Job) -> Any:
    contracts = [one for one in contracts_of(job.id) if one.MAY_READ(acting().actor, one)]
    known = {"deliveries": deliveries_of(job.id), "pauses": pauses_of(job.id), "says": MATERIAL_STATES | REASONS}
    return render_template("jobs/papers.html", job=job, contracts=contracts, materials=materials_asked(job.id), **known)


@bp.route("/new", methods=["GET", "POST"])
@allow(MAY_CREATE)
def new() -> Any:
    form = ItemForm()
    if form.validate_on_submit() and form.attempt(operations.create, acting(), **form.values):
        return redirect(url_for(".project", id=form.result.id), 303)
    keyword = typed("keyword")
    found = services_found(keyword)
    stages = {item.stage: [one for one in found if one.stage == item.stage] for item in found}
    return render_template(
        "jobs/new.html",
        form=form,
        keyword=keyword,
        stages=stages,
        standards=in_force(local_day(now())),
        drafts=models.drafts_of(acting().actor.unit_id or 0),
        **WORDS,
    ), form.status


@bp.route("/<int:id>/project", methods=["GET", "POST"])
@allow(its_owner, Job)
def project(job: Job) -> Any:
    form = ProjectForm(obj=job)
    form.district_code.choices = _places(job)
    form.bound({funds: almanac.number(f"minimum_entries_{funds}", now()) for funds in FUNDS})
    if form.validate_on_submit() and form.attempt(operations.edit, acting(), job, **form.values):
        return redirect(url_for(".wish", id=job.id), 303)
    return _step("project", job, form)


@bp.route("/<int:id>/wish", methods=["GET", "POST"])
@allow(its_owner, Job)
def wish(job: Job) -> Any:
    named = posting.named_agency(job)
    start = {"avoid": WishForm.start(models.avoided(job.id)), "named": named.unit.code if named else ""}
    form = WishForm(obj=job, data=start)
    form.officer_id.choices = _members(job)
    form.bound(standard_in_force(job.item_id, local_day(now())) or job.standard)
    circumstances = {"urgent": form.urgent.data, "direct_ground": form.direct_ground.data}
    found = posting.verdicts(acting(), job, amount_cents=form.ceiling_cents.data, **circumstances)
    form.offer(found)
    if form.validate_on_submit() and form.attempt(operations.edit, acting(), job, **form.answers):
        return redirect(url_for(".review", id=job.id), 303)
    return _step("wish", job, form, barred=[against(one) for one in found.values() if not one.possible])


@bp.get("/<int:id>/review")
@allow(its_owner, Job)
def review(job: Job) -> Any:
    return _step("review", job, Form())


@bp.post("/<int:id>/submit")
@allow(its_owner, Job)
def submit(job: Job) -> Any:
    form = Form()
    if form.validate_on_submit() and form.attempt(operations.submit, acting(), job):
        flash(gettext("The posting is submitted. The operator checks it by the day on this page."))
        return redirect(url_for(".show", id=job.id), 303)
    return _step("review", job, form)


def _members(job: Job) -> list[tuple[int, str]]:
    return [(one.user_id, one.user.name) for one in members_of(job.owner_id) if one.ended_at is None]


def _step(name: str, job: Job, form: Form, **more: Any) -> Any:
    """A page of posting, while the posting can be changed; after that, the job, and a refusal of what was typed."""
    if request.method == "POST":
        operations.check_editable(acting(), job)
    if not rules.EDITABLE(acting().actor, job):
        return redirect(url_for(".show", id=job.id), 303)
    return render_template(
        f"jobs/{name}.html",
        form=form,
        job=job,
        ahead=ahead(job, now()),
        wrong=posting.problems(acting(), job) if name == "review" else [],
        pages=dict.fromkeys(posting.PROJECT, ".project") | dict.fromkeys((*posting.WISH, "named"), ".wish"),
        shut_out=models.avoided(job.id) if name == "review" else [],
        named=posting.named_agency(job),
        officer=dict(_members(job)).get(job.officer_id or 0) if job.two_person else None,
        **(_able(job) if name == "review" else {}),
        **more,
        **WORDS,
    ), form.status


def _able(job: Job) -> dict[str, Any]:
    """How many agencies could enter today, the first of them, and how many must."""
    day, known = local_day(now()), {"least": rule_of(job, now()).minimum_entries}
    if not job.days:
        return known | {"eligible": None, "first": []}
    return known | {"eligible": eligible_count(day, job), "first": first_eligible(day, job)}


def _places(job: Job) -> list[tuple[str, str]]:
    """Districts of the levels an item is bought at; regions only where their cities are known."""
    places = district_choices(*job.item.levels)
    return [one for one in places if " " in one[1] or any(other[1].startswith(one[1] + " ") for other in places)]


@bp.post("/<int:id>/publish")
@allow(LIFE["publish"].who, Job)
def publish(job: Job) -> Any:
    operations.publish(acting(), job)
    flash(gettext("The job is published and open for entry."))
    return redirect(url_for(".show", id=job.id), 303)


@bp.route("/<int:id>/return_posting", methods=["GET", "POST"])
@allow(LIFE["return_posting"].who, Job)
def return_posting(job: Job) -> Any:
    return _reasoned(job, operations.return_posting, gettext("The posting is returned with your reasons."))


@bp.route("/<int:id>/withdraw", methods=["GET", "POST"])
@allow(LIFE["withdraw"].who, Job)
def withdraw(job: Job) -> Any:
    return _reasoned(job, operations.withdraw, gettext("The job is withdrawn."))


def _reasoned(job: Job, verb: Any, told: str) -> Any:
    """A step that asks for its reason, on the page named like it."""
    form = ReasonForm()
    if form.validate_on_submit() and form.attempt(verb, acting(), job, **form.values):
        flash(told)
        return redirect(url_for(".show", id=job.id), 303)
    return render_template(f"jobs/{verb.__name__}.html", form=form, job=job), form.status


@bp.route("/<int:id>/repost", methods=["GET", "POST"])
@allow(its_owner, Job)
def repost(job: Job) -> Any:
    form = Form()
    if form.validate_on_submit() and form.attempt(operations.repost, acting(), job):
        return redirect(url_for(".review", id=form.result.id), 303)
    return render_template("jobs/repost.html", form=form, job=job), form.status


@bp.route("/<int:id>/delegate", methods=["GET", "POST"])
@allow(MAY_DELEGATE, Job)
def delegate(job: Job) -> Any:
    form = DelegateForm(data={"user_id": job.run_by_id})
    form.user_id.choices = _members(job)
    if form.validate_on_submit() and form.attempt(operations.delegate, acting(), job, **form.values):
        flash(gettext("The job is handed over."))
        return redirect(url_for(".show", id=job.id), 303)
    return render_template("jobs/delegate.html", form=form, job=job), form.status
