"""When a deadline's light turns."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from app.kernel.lights import Light, light
from app.kernel.workdays import HERE, load_calendar

ROWS = csv.DictReader((Path(__file__).parents[2] / "data/calendar.csv").read_text(encoding="utf-8").splitlines())
CALENDAR = load_calendar(ROWS)


def here(text):
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


SINCE = here("2026-09-07T10:00")  # a Monday; Sunday the 20th is worked


LIMITS = {"yellow_from_percent": 60, "yellow_days_left": 2}


def seen(now, days, **more):
    return light(CALENDAR, SINCE, CALENDAR.deadline(SINCE, days), here(now), **LIMITS | more)


# fmt: off
@pytest.mark.parametrize("days, now, color, left", [
    (10, "2026-09-07T10:00", "green",  10),
    (10, "2026-09-14T23:59", "green",  5),
    (10, "2026-09-15T00:00", "yellow", 4),    # 6 of 10 used: 60%
    (10, "2026-09-20T23:59", "yellow", 0),
    (10, "2026-09-21T00:00", "red",    -1),
    (10, "2026-09-23T00:00", "red",    -3),
    (5,  "2026-09-09T12:00", "green",  3),    # 2 of 5 used
    (5,  "2026-09-10T00:00", "yellow", 2),    # 60%, and 2 days left
    (4,  "2026-09-08T12:00", "green",  3),
    (4,  "2026-09-09T00:00", "yellow", 2),    # 50% only, but 2 days left
    (5,  "2026-09-14T23:59", "yellow", 0),
    (5,  "2026-09-15T00:00", "red",    -1),
    (2,  "2026-09-07T10:00", "yellow", 2),    # a limit of one or two days is never green
    (1,  "2026-09-07T10:00", "yellow", 1),
    (4,  "2026-09-11T23:59", "yellow", 0),
    (4,  "2026-09-12T00:00", "red",    0),    # overdue on a Saturday, no working day overrun yet
])
def test_the_light_of_a_limit(days, now, color, left):
    assert seen(now, days) == Light(color, left)


# fmt: on


def test_a_paused_clock_and_one_without_a_deadline_are_grey():
    assert seen("2026-09-08T10:00", 5, paused=True) == Light("grey", None)
    assert seen("2027-09-08T10:00", 5, paused=True) == Light("grey", None)
    assert light(CALENDAR, SINCE, None, SINCE, **LIMITS) == Light("grey", None)


def test_the_thresholds_are_arguments():
    assert seen("2026-09-14T10:00", 10, yellow_from_percent=50).color == "yellow"
    assert seen("2026-09-15T10:00", 10, yellow_from_percent=70).color == "green"
    assert seen("2026-09-07T10:00", 2, yellow_days_left=0).color == "green"


def test_just_under_the_share_is_still_green():
    for used, color in ((59, "green"), (60, "yellow")):  # 59 of 99 are 59.6 %
        now = datetime.combine(CALENDAR.add(SINCE.date(), used), SINCE.time(), HERE)
        assert light(CALENDAR, SINCE, CALENDAR.deadline(SINCE, 99), now, **LIMITS) == Light(color, 99 - used)
