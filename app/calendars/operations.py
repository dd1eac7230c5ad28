"""The calendar and the working hours that deadlines are counted by."""

from datetime import datetime

from sqlalchemy.exc import OperationalError, ProgrammingError

from app.infra import almanac
from app.infra.db import session
from app.infra.shipped import rows, terms_in_force
from app.kernel.service_clock import Hours
from app.kernel.workdays import Calendar, load_calendar, local_day


def working_time(now: datetime) -> tuple[Calendar, Hours]:
    """The calendar and working hours in force: the database's, or the shipped ones while no database is set up."""
    try:
        return almanac.calendar(), almanac.hours(now)
    except (KeyError, OperationalError, ProgrammingError):
        session.rollback()
        return load_calendar(rows("calendar.csv")), Hours.read(terms_in_force(local_day(now))["working_hours"])
