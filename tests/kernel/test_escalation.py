"""When reminders come: from a share of the limit on, when few days are left, on the last day, and after it."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.escalation import BY_DAYS, BY_SHARE, DUE, NOT_YET, Ladder, rank
from app.kernel.workdays import HERE, load_calendar

ROWS = csv.DictReader((Path(__file__).parents[2] / "data/calendar.csv").read_text(encoding="utf-8").splitlines())
CALENDAR, LADDER = load_calendar(ROWS), Ladder(60, 2, 1)
SINCE = datetime.fromisoformat("2026-09-07T10:00").replace(tzinfo=HERE)  # a Monday; Sunday the 20th is worked


def reached(now, days, ladder=LADDER):
    at = datetime.fromisoformat(now).replace(tzinfo=HERE)
    return rank(CALENDAR, SINCE, CALENDAR.deadline(SINCE, days), at, ladder)


@pytest.mark.parametrize(
    ("days", "now", "rung"),
    [
        (10, "2026-09-14T09:00", NOT_YET),  # 5 of 10 used
        (10, "2026-09-15T09:00", BY_SHARE),  # 6 of 10
        (10, "2026-09-17T09:00", BY_DAYS),  # 8 of 10, 2 left
        (10, "2026-09-20T09:00", DUE),  # the last day, a Sunday that is worked
        (10, "2026-09-20T23:59", DUE),
        (10, "2026-09-21T09:00", DUE + 1),
        (10, "2026-09-23T09:00", DUE + 3),
        (5, "2026-09-10T09:00", BY_DAYS),  # 60% and 2 left: the more urgent
        (1, "2026-09-07T18:00", BY_DAYS),
        (1, "2026-09-08T09:00", DUE),
        (4, "2026-09-12T09:00", DUE),  # due Friday, now Saturday: no working day has passed
        (4, "2026-09-14T09:00", DUE + 1),
    ],
)
def test_each_rung_is_reached_on_its_day(days, now, rung):
    assert reached(now, days) == rung


def test_reminders_after_the_due_day_may_come_less_often():
    rungs = [reached(f"2026-09-{day:02}T09:00", 1, Ladder(60, 2, 2)) for day in (8, 9, 10, 11, 14)]
    assert rungs == [DUE, DUE, DUE + 1, DUE + 1, DUE + 2]


@given(st.integers(1, 60), st.lists(st.integers(0, 200), min_size=2), st.integers(1, 99), st.integers(0, 5))
def test_the_rank_never_falls_while_the_deadline_stays(days, spans, percent, left):
    due, ladder = CALENDAR.deadline(SINCE, days), Ladder(percent, left, 1)
    reached = [rank(CALENDAR, SINCE, due, SINCE + timedelta(days=span), ladder) for span in sorted(spans)]
    assert reached == sorted(reached)
