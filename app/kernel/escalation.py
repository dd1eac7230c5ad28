"""How urgently somebody is reminded of a deadline: a rank that only ever rises while the deadline stays."""

from dataclasses import dataclass
from datetime import datetime

from app.kernel.workdays import Calendar, due_day, local_day

NOT_YET, BY_SHARE, BY_DAYS, DUE = range(4)


@dataclass(frozen=True)
class Ladder:
    """When reminders come: from this share of a limit on, from so many working days left, on the due day, and every so
    many working days after it."""

    from_percent: int
    from_days_left: int
    every: int


def rank(calendar: Calendar, since: datetime, due: datetime, now: datetime, ladder: Ladder) -> int:
    """The last rung reached at now of a limit that began on since's day and ends at due, all aware instants: NOT_YET,
    BY_SHARE, BY_DAYS, DUE on its last day, and one more for every step of the ladder that it is overdue."""
    left, today = calendar.days_left(now, due), local_day(now)
    if now >= due:
        return DUE + max(-left, 0) // ladder.every
    if left <= 0:
        return DUE
    if left <= ladder.from_days_left:
        return BY_DAYS
    used, limit = calendar.between(local_day(since), today), calendar.between(local_day(since), due_day(due))
    return BY_SHARE if used * 100 >= limit * ladder.from_percent else NOT_YET
