"""What a stranger recomputes a due day from, as public data (docs/protocols/deadline.md): the calendar and a record."""

import json
from collections.abc import Iterable
from typing import Any

from app.kernel.workdays import Calendar

CALENDAR_FORMAT = "calendar/1"


def open_calendar(calendar: Calendar, days: Iterable[Any]) -> dict[str, Any]:
    """The calendar as public data; `days` are its exceptional days with day, working, name and source."""
    return {
        "format": CALENDAR_FORMAT,
        "revision": calendar.revision,
        "first_year": calendar.first_year,
        "last_year": calendar.last_year,
        "days": [
            {"day": row.day.isoformat(), "working": row.working, "name": row.name, "source": row.source} for row in days
        ],
    }


def written(value: dict[str, Any]) -> str:
    """Public data as the text of a file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
