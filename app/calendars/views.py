"""The public working calendar: every exceptional day with its source."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select

from app.infra.almanac import CalendarDay, calendar
from app.infra.db import session
from app.kernel.law import anyone
from app.kernel.workdays import local_day
from app.web.door import allow, now

bp = Blueprint("calendars", __name__, url_prefix="/calendar")


@bp.get("")
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
