"""The public working calendar, as a page and as data: every exceptional day with its source, and the notices that said
so; the operator enters them, sees what they change, and puts them into force."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import func, select

from app.calendars import operations
from app.calendars.forms import NoticeForm
from app.calendars.models import CalendarNotice, deadlines_told, drafts, in_force_in, lines_of, put_into_force
from app.calendars.rules import KINDS, LIFE, MAY_EDIT, MAY_ENTER, as_text, in_draft
from app.infra.almanac import CalendarDay, calendar, calendar_at, words
from app.infra.db import session
from app.infra.moved import pending
from app.infra.record import Event
from app.infra.recount import EVENTS, Fate, Move, ids_of
from app.kernel.deadline_record import open_calendar, written
from app.kernel.law import anyone
from app.kernel.words import N_
from app.kernel.workdays import Word, due_day, local_day
from app.web.door import acting, allow, now

bp = Blueprint("calendars", __name__)

A_PAGE = 50
FATES = {
    Fate.MOVES: N_("moves"),
    Fate.EARLIER: N_("stays; the earlier day is offered to the agency"),
    Fate.STAYS: N_("stays: no deadline moves to an earlier day"),
    Fate.FIRM: N_("stays and is firm now"),
    Fate.AS_BEFORE: N_("stays; the earlier day offered falls away"),
}
SAME = ("kind", "source", "url", "reason", "published_on", "effective_from")


@bp.get("/calendar")
@allow(anyone)
def index() -> Any:
    known = calendar()
    spoken_of = session.scalar(select(func.max(CalendarDay.day))) or known.first_day
    years = range(known.first_year, max(known.last_year, spoken_of.year) + 1)
    year = request.args.get("year", min(local_day(now()).year, known.last_year), type=int)
    if year not in years:
        abort(404)
    may_enter = MAY_ENTER(acting().actor)
    return render_template(
        "calendars/index.html",
        days=_spoken_of(year),
        year=year,
        years=years,
        last_year=known.last_year,
        blackout=Word.BLACKOUT,
        kinds=KINDS,
        notices=in_force_in(year),
        may_enter=may_enter,
        drafts=drafts() if may_enter else [],
    )


@bp.route("/calendar/notices/new", methods=["GET", "POST"])
@allow(MAY_ENTER)
def new() -> Any:
    form = NoticeForm(data={"effective_from": local_day(now())})
    if form.validate_on_submit() and form.attempt(operations.enter, acting(), **form.stated):
        flash(gettext("The notice is entered. See what it changes before you put it into force."))
        return redirect(url_for(".show", id=form.result.id), 303)
    return render_template("calendars/enter.html", form=form, notice=None), form.status


@bp.route("/calendar/notices/<int:id>/edit", methods=["GET", "POST"])
@allow(MAY_EDIT, CalendarNotice)
def edit(notice: CalendarNotice) -> Any:
    known = {name: getattr(notice, name) for name in SAME}
    form = NoticeForm(data=known | {"lines": as_text(lines_of(notice.id))})
    if form.validate_on_submit() and form.attempt(operations.edit, acting(), notice, **form.stated):
        flash(gettext("The notice is changed. See what it changes before you put it into force."))
        return _notice(notice)
    return render_template("calendars/enter.html", form=form, notice=notice), form.status


@bp.get("/calendar/notices/<int:id>")
@allow(anyone, CalendarNotice)
def show(notice: CalendarNotice) -> Any:
    return _shown(notice)


@bp.post("/calendar/notices/<int:id>/apply")
@allow(LIFE["apply"].who, CalendarNotice)
def apply(notice: CalendarNotice) -> Any:
    LIFE.check(acting(), notice, "apply")
    seen = request.form.get("seen", "")
    if pending() or operations.preview(now(), notice).mark != seen:
        return _shown(notice, changed=True), 409
    operations.apply(acting(), notice, seen=seen)
    flash(gettext("The notice is in force, and the open deadlines are derived anew."))
    return _notice(notice)


@bp.post("/calendar/notices/<int:id>/drop")
@allow(LIFE["drop"].who, CalendarNotice)
def drop(notice: CalendarNotice) -> Any:
    operations.drop(acting(), notice)
    flash(gettext("The notice is dropped. It changes nothing."))
    return redirect(url_for(".index"), 303)


def _shown(notice: CalendarNotice, *, changed: bool = False) -> Any:
    """The page of a notice; before it is in force, with what it would change, a page of deadlines at a time."""
    lines, waiting = lines_of(notice.id), in_draft(acting().actor, notice)
    later = waiting and pending()
    preview = operations.preview(now(), notice) if waiting and not later else None
    first = max(request.args.get("from", 0, type=int), 0)
    applied = put_into_force(notice)
    found = _told(applied, first) if applied else _rows(preview.moves if preview else (), first)
    rows = list(islice(found, A_PAGE + 1))
    spoken = {(row.kind == Word.BLACKOUT, row.day): row.source for row in words()}
    shuts = notice.kind == Word.BLACKOUT
    return render_template(
        "calendars/show.html",
        notice=notice,
        kinds=KINDS,
        life=LIFE,
        fates=FATES,
        by_days=_by_days,
        may_read=_may_read,
        lines=[(line, spoken.get((shuts, line.day))) for line in lines],
        shuts=shuts,
        waiting=waiting,
        later=operations.STILL_WRITTEN if later else "",
        preview=preview,
        rows=rows[:A_PAGE],
        more=first + A_PAGE if len(rows) > A_PAGE else None,
        first=first,
        moved=applied.facts.get("changes", {}) if applied else {},
        changed=changed,
        may_edit=MAY_EDIT(acting().actor, notice),
    )


def _rows(moves: Sequence[Move], first: int) -> Iterator[tuple[Move, Any]]:
    """The deadlines of a preview one by one, past the first so many."""
    for move in moves:
        if first < move.rows:
            yield from ((move, session.get(move.model, id)) for id in ids_of(move, first, A_PAGE + 1))
        first = max(first - move.rows, 0)


def _told(applied: Event, first: int) -> Iterator[tuple[Move, Any]]:
    """The deadlines that a notice in force has moved, as its events tell, past the first so many."""
    lives = {model.LIFE.name: model for model in current_app.extensions["lives"]}
    fates = {what: fate for fate, what in EVENTS.items()}
    for event in deadlines_told(applied, first, A_PAGE + 1):
        life, what = event.name.split(".")
        before = datetime.fromisoformat(event.facts["before"])
        after = datetime.fromisoformat(event.facts.get("earlier", event.facts["due"]))
        thing = session.get_one(lives[life], event.subject_id)
        yield Move(lives[life], thing.state, before, after, fates[what], id=event.subject_id), thing


def _may_read(thing: Any) -> bool:
    """Whether somebody may read the page of a thing that waits."""
    return bool(type(thing).MAY_READ(acting().actor, thing))


def _by_days(move: Move) -> int:
    """How many working days later the calendar puts a deadline, below 0 for earlier."""
    return calendar().between(due_day(move.before), due_day(move.after))


def _spoken_of(year: int) -> Any:
    within = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    present = within, CalendarDay.replaced.is_(None)
    return session.scalars(select(CalendarDay).where(*present).order_by(CalendarDay.day, CalendarDay.kind)).all()


def _notice(notice: CalendarNotice) -> Any:
    return redirect(url_for(".show", id=notice.id), 303)


@bp.get("/calendar.json")
@allow(anyone)
def data() -> Any:
    """Every exceptional day, for whoever recomputes a deadline (docs/protocols/deadline.md); with `revision` as that
    change of the calendar left it."""
    number = request.args.get("revision", calendar().revision, int)
    try:
        return Response(written(open_calendar(calendar_at(number))), mimetype="application/json")
    except KeyError:
        abort(404)
