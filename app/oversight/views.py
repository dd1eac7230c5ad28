"""The home page, everybody's desk, and the law as printed from the code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext, ngettext

from app.agencies.models import Agency, to_check
from app.agencies.rules import MAY_CHECK
from app.appeals.models import appeals_to_decide
from app.blacklists.models import lines_to_review
from app.blacklists.rules import MAY_IMPORT
from app.calendars.models import CalendarNotice
from app.calendars.operations import Preview
from app.calendars.operations import waiting as notices_waiting
from app.calendars.rules import MAY_ENTER
from app.credit.models import events_waiting
from app.entries.models import entries_waiting
from app.infra.almanac import almanac
from app.infra.db import session
from app.infra.recount import Fate
from app.inquiries.models import inquiries_to_answer
from app.jobs.models import Job, awaited, light_of, lights_of
from app.jobs.rules import MAY_CREATE, awaiting, in_publicity, its_agency, objected, takes_entries
from app.kernel.act import Actor
from app.kernel.law import anyone
from app.kernel.lights import Light
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.methods.rules import FUNDS, GROUNDS, METHODS
from app.objections.models import objections_to_settle
from app.objections.rules import MAY_DECIDE
from app.openings.models import shares_to_take, unopened
from app.openings.rules import WHO_BROUGHT, openers
from app.oversight.models import YEAR, direct_jobs, directs, figures, finished_jobs, live_jobs, open_jobs
from app.oversight.rules import MAY_HAVE_DESK, MAY_REVIEW
from app.panels.models import panels_appointed, seats_waiting
from app.panels.operations import wants_people
from app.ratings.models import mean_of, parts_of, ratings_of
from app.ratings.operations import facts_of, three_party
from app.ratings.rules import AXIS_NAMES, MAY_GIVE_PART, MAY_REVIEW_JOB, PARTY_NAMES, revealed
from app.reviews.models import queue
from app.reviews.rules import FLAGS
from app.selections.models import quality_promised
from app.services.clock import clock_ended, ledger_of
from app.services.models import to_answer
from app.terms.models import history
from app.terms.rules import MAY_ADOPT, MAY_REHEARSE
from app.web.door import acting, allow, now
from app.web.said import named, said

bp = Blueprint("oversight", __name__)

# What the selected agency reads of a job before it is awarded; behind the first stands the deadline.
SELECTED = N_("your agency is selected; the result is in publicity until")
SELECTED_BUT = N_("your agency is selected; an objection is to be decided first")
# What its owner reads of a job whose panel is not complete.
APPOINT = N_("Appoint the panel")


@dataclass(frozen=True)
class Wait:
    """One line of a desk: the wish and whose it is, what it is about, what silence means, until when, the page that
    answers it, and what more is to be said of it."""

    says: str
    who: Sequence[str]
    title: str
    silence: str
    due: datetime | None
    light: Any
    url: str
    more: str = ""


@bp.get("/")
@allow(anyone)
def home() -> Any:
    jobs = open_jobs()
    known = {"lights": lights_of(jobs, now()), "methods": METHODS, "funds": FUNDS}
    return render_template("oversight/home.html", figures=figures(now()), jobs=jobs, **known)


@bp.get("/desk")
@allow(MAY_HAVE_DESK)
def desk() -> Any:
    actor = acting().actor
    mine: list[Wait] = []
    others: list[Wait] = []
    panels = panels_appointed(actor.unit_id) if MAY_CREATE(actor) else []
    wanting = {job for job, seats in panels if wants_people(acting(), job, seats)}
    for job in live_jobs(actor):
        turn = job.LIFE.turn(job.state)
        if turn is None:
            continue
        if job in wanting:
            mine.append(replace(_wait(turn, _title(job), job), says=APPOINT, url=url_for("panels.show", id=job.id)))
            continue
        names = openers(job) if awaiting(actor, job) else turn.who.names
        wait = _wait(turn, _title(job), job, awaited(job) or [said(names[0])])
        if its_agency(actor, job) and in_publicity(actor, job):
            wait = replace(wait, says=SELECTED_BUT if objected(actor, job) else SELECTED, who=())
        (mine if turn.who(actor, job) else others).append(wait)
    agency = session.get(Agency, actor.unit_id or 0)
    mine += _besides(agency)
    mine.sort(key=lambda wait: (wait.due is None, wait.due or now()))
    return render_template(
        "oversight/desk.html",
        mine=mine,
        pressing=sum(_is_pressing(wait.light) for wait in mine),
        others=others,
        opens=open_jobs(agency.id) if agency else [],
        entries=(entered := entries_waiting(actor.unit_id)),
        still_open={entry.id for entry in entered if takes_entries(actor, entry.job)},
        finished=finished_jobs(actor.sector) if MAY_REVIEW(actor) else [],
        reviews=queue(actor.sector, limit=5) if MAY_REVIEW(actor) else [],
        flags=FLAGS,
        directs=directs(now(), actor.sector) if MAY_REVIEW(actor) else None,
        unopened=unopened(now() - YEAR, actor.sector) if MAY_REVIEW(actor) else None,
        who_brought=WHO_BROUGHT,
        direct_jobs=direct_jobs(actor.sector, limit=20) if MAY_REVIEW(actor) else [],
        grounds=GROUNDS,
        may_create=MAY_CREATE(actor),
    )


@bp.get("/direct")
@allow(anyone)
def direct() -> Any:
    """Every direct selection: how many, on which ground, by whom, and why."""
    known = {"life": Job.LIFE, "grounds": GROUNDS}
    return render_template("oversight/direct.html", figures=directs(now()), jobs=direct_jobs(), **known)


@bp.get("/law")
@allow(anyone)
def law() -> Any:
    actor, today = acting().actor, local_day(now())
    return render_template(
        "oversight/law.html",
        lives=[model.LIFE for model in current_app.extensions["lives"]],
        versions=history(),
        held=almanac(fresh=True).in_force(today),
        today=today,
        may_rehearse=MAY_REHEARSE(actor),
        may_adopt=MAY_ADOPT(actor),
    )


@bp.get("/jobs/<int:id>/oversight")
@allow(MAY_REVIEW_JOB, Job)
def review(job: Job) -> Any:
    actor = acting().actor
    return render_template(
        "oversight/review.html",
        job=job,
        measured=facts_of(job),
        quality=quality_promised(job.id),
        ledger=ledger_of(job),
        ended=clock_ended(job),
        ratings=[rating for rating in ratings_of(job.id) if revealed(actor, rating)],
        names=AXIS_NAMES,
        three=three_party(job),
        parts=parts_of(job.id),
        parties=PARTY_NAMES,
        may_give=MAY_GIVE_PART(actor, job),
        mean=mean_of(job.agency_id) if job.agency_id else None,
    )


def _besides(own: Agency | None) -> list[Wait]:
    """What waits for an actor beside jobs: pauses, new days, questions and objections to answer, applications to check
    or to complete."""
    actor = acting().actor
    waits = []
    for seat in seats_waiting(actor.user_id):
        turn, job = seat.LIFE.turn(seat.state), seat.job
        if turn:
            url = url_for(turn.page, id=seat.id)
            waits.append(Wait(turn.says, (), _title(job), turn.silence, job.due, light_of(job, now()), url))
    for job in shares_to_take(actor):
        title, url = _title(job), url_for("openings.take", id=job.id)
        waits.append(Wait(N_("Take your share of the opening key"), (), title, "", job.due, light_of(job, now()), url))
    waits += [_draft(*one) for one in (notices_waiting(now()) if MAY_ENTER(actor) else [])]
    for thing, title in _beside_jobs(actor, own):
        turn = thing.LIFE.turn(thing.state)
        if turn and turn.who(actor, thing):
            waits.append(_wait(turn, title, thing))
    return waits


def _beside_jobs(actor: Actor, own: Agency | None) -> Iterator[tuple[Any, str]]:
    """What may wait for an actor and is no job, each with its title."""
    unit_id, reviews = actor.unit_id or 0, MAY_REVIEW(actor)
    of_jobs = [
        *to_answer(actor.unit_id),
        *(inquiries_to_answer(unit_id) if MAY_CREATE(actor) else []),
        *objections_to_settle(None if MAY_DECIDE(actor) else unit_id),
        *(appeals_to_decide(actor.sector) if reviews else []),
    ]
    yield from ((thing, _title(thing.job)) for thing in of_jobs)
    events = events_waiting(sector=actor.sector, agency_id=actor.unit_id) if reviews or own else []
    yield from ((one, f"{one.agency.unit.name} {named(one.rule)}") for one in events)
    yield from ((line, line.name) for line in (lines_to_review() if MAY_IMPORT(actor) else []))
    yield from ((agency, agency.unit.name) for agency in (to_check() if MAY_CHECK(actor) else [own] if own else []))


def _draft(notice: CalendarNotice, found: Preview | None) -> Wait:
    """A notice about days that is not in force yet, with what it would change and from when it comes too late."""
    wait = _wait(notice.LIFE.turn(notice.state), notice.source, notice)
    if found is None:
        return wait
    number = found.counts.get(Fate.MOVES, 0)
    says = ngettext("It would move %(num)s open deadline", "It would move %(num)s open deadlines", number)
    return replace(wait, due=found.by, more=says if number else gettext("It would move no open deadline now"))


def _title(job: Job) -> str:
    return f"{job.project_name or said(N_('No name yet'))} {job.item.name}"


def _wait(turn: Any, title: str, thing: Any, who: Sequence[str] = ()) -> Wait:
    """The page of a turn is for whose turn it is; others are led to the thing itself."""
    page = turn.page if turn.who(acting().actor, thing) else f"{thing.LIFE.page}.show"
    url = url_for(page, id=thing.id)
    return Wait(turn.says, who, title, turn.silence, thing.due, light_of(thing, now()), url)


def _is_pressing(light: Light | None) -> bool:
    """Due today or overdue."""
    return light is not None and light.days_left is not None and light.days_left <= 0
