"""The credit of agencies for everybody; a firm's statement, objection and repair; what regulators record and decide."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext

from app.agencies.bars import bars_running
from app.agencies.models import Agency, Professional, checked
from app.agencies.rules import MAY_READ as MAY_READ_AGENCY
from app.credit import documents, operations
from app.credit.barring import follows, stands
from app.credit.forms import DecisionForm, ObjectionForm, PleaForm, RecordForm, StatementForm
from app.credit.models import (
    CreditEvent,
    CreditRule,
    about,
    account_of,
    by_professional,
    counting,
    credit_list,
    events_of,
    events_waiting,
    items_supervised,
    jobs_served,
    public_until,
    published,
    rules_on,
    scale_on,
)
from app.credit.rules import CREDIT_LIFE, GRADES, ITEM_GRADES, MAY_READ, MAY_RECORD, its_firm
from app.jobs.models import light_of
from app.kernel.act import Actor
from app.kernel.law import Turn, a_regulator, anyone
from app.kernel.lights import Light
from app.kernel.workdays import local_day
from app.web.door import acting, allow, now
from app.web.downloads import download
from app.web.said import named, said

bp = Blueprint("credit", __name__)


@bp.get("/credit")
@allow(anyone)
def index() -> Any:
    day = local_day(now())
    known = {"rules": rules_on(day).values(), "scale": scale_on(day), "may_record": MAY_RECORD(acting().actor)}
    return render_template("credit/index.html", rows=credit_list(day), **known, **_told())


@bp.get("/credit.json")
@allow(anyone)
def as_json() -> Response:
    day = local_day(now())
    told = json.dumps(documents.open_list(credit_list(day), day, said), ensure_ascii=False, indent=1)
    return _file(told, "credit.json", "application/json")


@bp.get("/credit.csv")
@allow(anyone)
def as_csv() -> Response:
    day = local_day(now())
    return _file(documents.open_table(credit_list(day), day, said), "credit.csv", "text/csv")


@bp.get("/agencies/<int:id>/credit")
@allow(MAY_READ_AGENCY, Agency)
def agency(agency: Agency) -> Any:
    """How an agency stands and why: for everybody what is published, for those inside everything."""
    day, actor, known = local_day(now()), acting().actor, events_of(agency.id)
    people = about(by_professional(known))
    shown, account = published(known, day, people), account_of(known, day)
    inside = [event for event in known if MAY_READ(actor, event)]
    return render_template(
        "credit/agency.html",
        agency=agency,
        account=account,
        people=[(mine[0], account_of(people[one], day).overall) for one, mine in by_professional(shown).items()],
        events=[(event, documents.points(_counts(event, day))) for event in shown],
        until=public_until(known, day, people),
        counted={event.id: documents.counts_until(event, day) for event in shown},
        inside=[event for event in inside if event not in shown],
        waits=_waits(inside, actor),
        readable={event.id for event in inside},
        repairs=_repairs(shown),
        day=day,
        items={event.item.code: event.item.name for event in known if event.item},
        bars=(bars := bars_running(day, agency.id)),
        stands=stands(account.overall, bars),
        may_record=MAY_RECORD(actor),
        of_item=ITEM_GRADES,
        **_told(),
    )


def _repairs(events: list[CreditEvent]) -> dict[int, date | None]:
    """The events that the reader may ask to be repaired, each with the day from which on."""
    asks = [event for event in events if CREDIT_LIFE["ask_repair"] in CREDIT_LIFE.offered(acting(), event)]
    return {event.id: operations.clean_from(event, now()) for event in asks}


def _waits(events: list[CreditEvent], actor: Actor) -> list[tuple[CreditEvent, Turn, Light | None]]:
    """The events that wait for the reader, with what they wait for and how the clock stands."""
    turns = [(event, CREDIT_LIFE.turn(event.state)) for event in events]
    return [(event, turn, light_of(event, now())) for event, turn in turns if turn and turn.who(actor, event)]


@bp.get("/credit/queue")
@allow(a_regulator)
def queue() -> Any:
    """What a regulator has recorded or is asked to decide, and what runs until then."""
    events = events_waiting(sector=acting().actor.sector)
    lights = {event.id: light_of(event, now()) for event in events}
    return render_template("credit/queue.html", events=events, lights=lights, life=CREDIT_LIFE, **_told())


@bp.route("/agencies/<int:id>/credit/record", methods=["GET", "POST"])
@allow(MAY_RECORD, Agency)
def record(agency: Agency) -> Any:
    form, sector, day = RecordForm(), acting().actor.sector, local_day(now())
    people = {one.id: one for one in checked(Professional, agency.id)}
    jobs = {one.id: one for one in jobs_served(agency.id, sector)}
    items = {one.id: one for one in items_supervised(sector)}
    form.happened_on.most = day
    form.code.choices = [(rule.code, _kind(rule)) for rule in rules_on(day).values() if not rule.measured]
    form.job_id.choices = [(id, f"{job.number} {job.project_name} {job.item.name}") for id, job in jobs.items()]
    form.item_id.choices = [(id, f"{item.code} {item.name}") for id, item in items.items()]
    form.professional.choices = [(id, f"{one.name} {one.certificate}") for id, one in people.items()]
    if form.validate_on_submit():
        stated = {name: form.values[name] for name in ("code", "happened_on", "evidence")}
        job, item = jobs.get(form.job_id.data), items.get(form.item_id.data)
        known = {"job": job, "item": item, "professional": people.get(form.professional.data)}
        file_id = form.file.data.id if form.file.data else None
        if form.attempt(operations.record_event, acting(), agency, file_id=file_id, **stated, **known):
            flash(gettext("The credit event is recorded. The firm is told and may state or object before it counts."))
            return redirect(url_for(".show", id=form.result.id), 303)
    return render_template("credit/record.html", form=form, agency=agency, scale=scale_on(day)), form.status


def _kind(rule: CreditRule) -> str:
    return f"{named(rule)} ({gettext('fraud: never repaired')})" if rule.fraud else named(rule)


@bp.get("/credit/<int:id>")
@allow(MAY_READ, CreditEvent)
def show(event: CreditEvent) -> Any:
    turn, day = CREDIT_LIFE.turn(event.state), local_day(now())
    clean = operations.clean_from(event, now())
    return render_template(
        "credit/show.html",
        event=event,
        turn=turn,
        yours=bool(turn and turn.who(acting().actor, event)),
        light=light_of(event, now()),
        bar=follows(event, day),
        until=_until(event, day),
        counted=documents.counts_until(event, day) if counting(event) else None,
        counts=documents.points(_counts(event, day)),
        wait=clean if clean and clean > day else None,
        life=CREDIT_LIFE,
        **_told(),
    )


@bp.get("/credit/<int:id>/file")
@allow(MAY_READ, CreditEvent)
def file(event: CreditEvent) -> Any:
    return download(event.file)


@bp.get("/credit/<int:id>/objection-file")
@allow(MAY_READ, CreditEvent)
def objection_file(event: CreditEvent) -> Any:
    return download(event.objection_file)


@bp.route("/credit/<int:id>/state", methods=["GET", "POST"])
@allow(CREDIT_LIFE["state"].who, CreditEvent)
def state(event: CreditEvent) -> Any:
    told = gettext("Your statement is kept and published with the event when it takes effect.")
    return _step(event, "state", StatementForm(data={"statement": event.statement}), operations.make_statement, told)


@bp.route("/credit/<int:id>/object", methods=["GET", "POST"], endpoint="object")
@allow(CREDIT_LIFE["object"].who, CreditEvent)
def object_to(event: CreditEvent) -> Any:
    told = gettext("Your objection is filed. The event has no effect before it is decided.")
    return _step(event, "object", ObjectionForm(), operations.object_to, told)


@bp.route("/credit/<int:id>/confirm", methods=["GET", "POST"])
@allow(CREDIT_LIFE["confirm"].who, CreditEvent)
def confirm(event: CreditEvent) -> Any:
    return _decision(event, "confirm", operations.confirm, gettext("The event is in effect. The firm is told."))


@bp.route("/credit/<int:id>/drop", methods=["GET", "POST"])
@allow(CREDIT_LIFE["drop"].who, CreditEvent)
def drop(event: CreditEvent) -> Any:
    return _decision(event, "drop", operations.drop, gettext("The event is dropped. The firm is told."))


@bp.route("/credit/<int:id>/revoke", methods=["GET", "POST"])
@allow(CREDIT_LIFE["revoke"].who, CreditEvent)
def revoke(event: CreditEvent) -> Any:
    told = gettext("The event is revoked and counts no longer. The firm is told.")
    return _decision(event, "revoke", operations.revoke, told)


@bp.route("/credit/<int:id>/ask_repair", methods=["GET", "POST"])
@allow(CREDIT_LIFE["ask_repair"].who, CreditEvent)
def ask_repair(event: CreditEvent) -> Any:
    told = gettext("You have asked for repair. The regulator decides by the day on this page.")
    return _step(event, "ask_repair", PleaForm(), operations.ask_repair, told)


@bp.route("/credit/<int:id>/repair", methods=["GET", "POST"])
@allow(CREDIT_LIFE["repair"].who, CreditEvent)
def repair(event: CreditEvent) -> Any:
    told = gettext("The repair is granted. From today on the event counts less.")
    return _decision(event, "repair", operations.repair, told)


@bp.route("/credit/<int:id>/refuse_repair", methods=["GET", "POST"])
@allow(CREDIT_LIFE["refuse_repair"].who, CreditEvent)
def refuse_repair(event: CreditEvent) -> Any:
    told = gettext("The repair is refused. The firm is told.")
    return _decision(event, "refuse_repair", operations.refuse_repair, told)


def _decision(event: CreditEvent, verb: str, does: Callable[..., None], told: str) -> Any:
    return _step(event, verb, DecisionForm(), does, told)


def _step(event: CreditEvent, verb: str, form: Any, does: Callable[..., None], told: str) -> Any:
    """A step that asks for a text, and perhaps a paper."""
    step = CREDIT_LIFE.check(acting(), event, verb)
    if form.validate_on_submit():
        values = form.values
        if "file" in values:
            paper = values.pop("file")
            values["file_id"] = paper.id if paper else None
        if form.attempt(does, acting(), event, **values):
            flash(told)
            return redirect(url_for(".show", id=event.id), 303)
    known = {"event": event, "step": step, "due": _due(event, verb), "bar": follows(event, local_day(now()))}
    return render_template("credit/step.html", form=form, **known, **_told()), form.status


def _due(event: CreditEvent, verb: str) -> datetime | None:
    """By when a step is to be taken, where somebody waits for it: a firm speaks until its event takes effect."""
    turn, actor = CREDIT_LIFE.turn(event.state), acting().actor
    asked = turn is not None and (turn.who(actor, event) or its_firm(actor, event))
    return event.due if asked and verb != "revoke" else None


def _told() -> dict[str, Any]:
    """How the pages of credit write grades and points."""
    return {
        "grades": GRADES, "points": documents.points, "in_points": in_points, "says": named,
    }  # fmt: skip


def in_points(number: float) -> str:
    """A number of points with their word."""
    return ngettext("%(n)s point", "%(n)s points", 1 if number == 1 else 2, n=number)


def _until(event: CreditEvent, day: date) -> date | None:
    """The last day of the publication of one event in effect."""
    known = events_of(event.agency_id)
    return public_until(known, day, about(by_professional(known))).get(event.id)


def _counts(event: CreditEvent, day: Any) -> int:
    return account_of([event], day).overall.sum


def _file(text: str, name: str, media: str) -> Response:
    answer = Response(text, mimetype=media)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
