"""The public working calendar: every exceptional day with its source, as a page and as data."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import select

from app.infra.almanac import CalendarDay, calendar
from app.infra.db import session
from app.kernel.deadline_record import open_calendar, written
from app.kernel.law import anyone
from app.kernel.workdays import local_day
from app.web.door import allow, now

bp = Blueprint("calendars", __name__)


@bp.get("/calendar")
@allow(anyone)
def index() -> Any:
    known = calendar()
    years = range(known.first_year, known.last_year + 1)
    year = request.args.get("year", min(local_day(now()).year, known.last_year), type=int)
    if year not in years:
        abort(404)
    within = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    days = session.scalars(select(CalendarDay).where(within).order_by(CalendarDay.day)).all()
    return render_template("calendars/index.html", days=days, year=year, years=years, last_year=known.last_year)


@bp.get("/calendar.json")
@allow(anyone)
def data() -> Any:
    """Every exceptional day, for whoever recomputes a deadline (docs/protocols/deadline.md)."""
    days = session.scalars(select(CalendarDay).order_by(CalendarDay.day)).all()
    return Response(written(open_calendar(calendar(), days)), mimetype="application/json")
