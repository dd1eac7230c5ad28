"""The way of a job as people read it: what happened, where it stands, and what comes by when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext

from app.jobs import rules
from app.jobs.ahead import ahead
from app.jobs.models import Job
from app.jobs.rules import LIFE
from app.kernel.act import VISITOR
from app.kernel.workdays import due_day
from app.openings.rules import WHO_BROUGHT
from app.services.rules import REASONS
from app.web.dates import brief
from app.web.door import now
from app.web.said import said
from app.web.words import sentences


def spine(job: Job, story: Sequence[Any], *, inside: bool) -> list[dict[str, Any]]:
    """The lines of the spine component. Outsiders read the story from the job's publication on."""
    names = [row.name for row in story]
    seen = story if inside else story[names.index("job.publish") :]
    known = [(row, LIFE.steps.get(row.name.removeprefix("job."))) for row in seen if row.name.startswith("job.")]
    done = [
        {"says": said(step.says), "stand": "done", "at": row.at, "note": _note(row, step.verb, inside)}
        for row, step in known
        if step
    ]
    over, ended = rules.is_over(VISITOR, job), rules.is_archived(VISITOR, job)
    here = {"says": said(LIFE.label(job.state)), "stand": "done" if ended else "stopped" if over else "now"}
    coming = [{"says": said(says), "stand": "next", "note": _by(by)} for says, by in ahead(job, now())]
    return [*done, here, *coming]


def ending(job: Job, story: Sequence[Any]) -> dict[str, Any]:
    """How a job stands or ended, for its page: what its deadline was before it was put off; whether it is over; why,
    when that was before its time: the last reason in its story that everybody may read, and of a termination also who
    ordered it and what follows; and that nobody is selected, None while somebody is or may be."""
    over = rules.is_over(VISITOR, job)
    early = over and not rules.is_archived(VISITOR, job)
    told = [(_note(row, row.name.removeprefix("job."), False), row.who) for row in story] if early else []
    why, who = next((one for one in reversed(told) if one[0]), ("", ""))
    if rules.is_terminated(VISITOR, job):
        follows = gettext("Neither side is rated. What is owed for the work done follows from the contract.")
        ordered = gettext("%(who)s ended it before its time.", who=who)
        why = sentences([ordered, follows if job.agency_id else "", gettext("Reason: %(why)s", why=why)])
    nobody = gettext("Nobody is selected: %(state)s.", state=said(LIFE.label(job.state)))
    stopped = sentences([nobody, why]) if over and not job.agency_id else None
    return {"over": over, "why_over": why, "stopped": stopped, "put_off": _put_off(story) if job.due else None}


def _put_off(story: Sequence[Any]) -> tuple[datetime, int] | None:
    """The deadline that the present state had at first and the notice about days that put it off, if one did."""
    first = None
    for row in story:
        if row.name.startswith("job.") and row.name.removeprefix("job.") in LIFE.steps:
            first = None
        elif row.name == "job.due_changed" and "notice" in row.facts:
            first = first or (datetime.fromisoformat(row.facts["before"]), row.facts["notice"])
    return first


def _note(row: Any, verb: str, inside: bool) -> str:
    if number := row.facts.get("addendum"):
        return gettext("No. %(number)s", number=number)
    if not (inside or verb in rules.PUBLIC_REASONS):
        return ""
    told = row.facts.get("reason", "")
    seats = {name: row.facts[name] for name in ("missing", "brought") if name in row.facts}
    return sentences([said(REASONS.get(told, told)), said(WHO_BROUGHT, **seats) if seats else ""])


def _by(due: datetime | None) -> str:
    return "" if due is None else gettext("by %(day)s at the latest", day=brief(due_day(due)))
