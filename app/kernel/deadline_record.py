"""What a stranger recomputes a due day from, as public data (docs/protocols/deadline.md): the calendar and a record."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.kernel.service_clock import Hours, Ledger, Pause, ledger
from app.kernel.workdays import HERE, Calendar

CALENDAR_FORMAT, RECORD_FORMAT = "calendar/1", "deadline/1"


@dataclass(frozen=True)
class Standstill:
    """A pause or a suspension as everybody may know it. kind is pause or suspension, reason its code or its words,
    state counted, running (its end is then the instant of the record) or vetoed."""

    kind: str
    reason: str
    start: datetime
    end: datetime
    state: str

    @property
    def counts(self) -> bool:
        return self.state != "vetoed"


@dataclass(frozen=True)
class Agreed:
    """An extension or a change of scope that both sides agreed to: the days it adds, below 0 where it shortens."""

    kind: str
    days: int
    agreed_at: datetime


def open_calendar(calendar: Calendar) -> dict[str, Any]:
    """The calendar as public data: its exceptional days, and those on which nobody can act."""
    return {
        "format": CALENDAR_FORMAT,
        "revision": calendar.revision,
        "first_year": calendar.first_year,
        "last_year": calendar.last_year,
        "days": [
            {"day": row.day.isoformat(), "working": row.working, "name": row.name, "source": row.source}
            for row in calendar.exceptions
        ],
        "blackouts": [
            {"day": day.isoformat(), "name": row.name, "source": row.source}
            for day, row in sorted(calendar.blackouts.items())
        ],
    }


def deadline_record(
    calendar: Calendar,
    hours: Hours,
    start: date,
    days: int,
    standstills: Sequence[Standstill],
    alterations: Sequence[Agreed],
    *,
    job: str,
    as_of: datetime,
    delivered_at: datetime | None,
    held: date | None = None,
) -> dict[str, Any]:
    """All that a due day follows from, and what followed. `held` is a later day that was promised before the calendar
    changed, and holds while the agency has not agreed to the earlier one. Raises ValueError as the service clock does.
    """
    stood = [Pause(one.start, one.end) for one in standstills if one.counts]
    found = ledger(calendar, hours, start, days, stood, [one.days for one in alterations])
    ends = datetime.combine(held or found.due, time(), HERE) + timedelta(days=1)
    return {
        "format": RECORD_FORMAT,
        "job": job,
        "as_of": _here(as_of),
        "calendar": calendar.revision,
        "hours": [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours.spans],
        "start": start.isoformat(),
        "days": days,
        "pauses": [vars(one) | {"start": _here(one.start), "end": _here(one.end)} for one in standstills],
        "alterations": [vars(one) | {"agreed_at": _here(one.agreed_at)} for one in alterations],
        "first_due": calendar.ends(calendar.add(start, days)).isoformat(),
        "due": found.due.isoformat(),
        "held": held.isoformat() if held else None,
        "provisional": found.provisional,
        "delivered_at": _here(delivered_at) if delivered_at else None,
        "in_time": delivered_at < ends if delivered_at else None,
        "excluded_seconds": found.excluded_seconds,
        "excluded_days": found.excluded_days,
        "ledger": ledger_lines(found),
    }


def ledger_lines(found: Ledger) -> list[dict[str, Any]]:
    return [
        {"day": row.day.isoformat(), "kind": row.kind, "makeup": row.makeup, "source": row.source} for row in found.rows
    ]


def written(value: dict[str, Any]) -> str:
    """Public data as the text of a file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _here(instant: datetime) -> str:
    return instant.astimezone(HERE).isoformat()
