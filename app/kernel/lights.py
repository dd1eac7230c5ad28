"""The light beside a deadline: green, yellow, red or grey, the same for agencies, owners and the operator."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel.workdays import Calendar, due_day, local_day


@dataclass(frozen=True)
class Light:
    """A colour and the working days left: negative when overrun, None when nothing runs."""

    color: str
    days_left: int | None


def light(
    calendar: Calendar,
    since: datetime,
    due: datetime | None,
    now: datetime,
    paused: bool = False,
    *,
    yellow_from_percent: int,
    yellow_days_left: int,
) -> Light:
    """The light at now of a limit that began on since's day and ends at due; all three are aware instants.

    Red once now has reached due; yellow from the given share of the limit's working days used, or with so many
    working days or fewer left, so that a limit of one or two days is never green; grey when paused or without due.
    """
    if due is None or paused:
        return Light("grey", None)
    left = calendar.days_left(now, due)
    if now >= due:
        return Light("red", left)
    began = local_day(since)
    used = calendar.between(began, local_day(now))
    limit = calendar.between(began, due_day(due))
    soon = left <= yellow_days_left or used * 100 >= limit * yellow_from_percent
    return Light("yellow" if soon else "green", left)
