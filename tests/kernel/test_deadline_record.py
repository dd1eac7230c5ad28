"""The public record of a deadline: what it tells, and what it leaves out."""

import json
from datetime import date, datetime

from app.kernel.deadline_record import Agreed, Standstill, deadline_record, open_calendar, written
from app.kernel.service_clock import Hours
from app.kernel.workdays import HERE, Calendar, Exceptional

HOLIDAY = Exceptional(date(2026, 10, 1), False, "国庆节", "示例通知")
SHUT = Exceptional(date(2026, 9, 30), False, "割接", "示例停机通知")
CALENDAR = Calendar([HOLIDAY], 2026, 2026, 7, {SHUT.day: SHUT})
HOURS = Hours.read("09:00-12:00,15:00-18:00")


def here(text):
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def record(**changes):
    known = {"job": "GG-2026-00001", "as_of": here("2026-10-20T08:00"), "delivered_at": None}
    stood = [
        Standstill("pause", "site", here("2026-09-29T09:00"), here("2026-09-29T18:00"), "counted"),
        Standstill("pause", "site", here("2026-10-02T09:00"), here("2026-10-02T18:00"), "vetoed"),
    ]
    return deadline_record(
        CALENDAR, HOURS, date(2026, 9, 28), 2, stood, [Agreed("extension", 1, stood[0].end)], **known | changes
    )


def test_the_calendar_tells_its_days_and_when_nobody_can_act():
    assert open_calendar(CALENDAR) == {
        "format": "calendar/1",
        "revision": 7,
        "first_year": 2026,
        "last_year": 2026,
        "days": [{"day": "2026-10-01", "working": False, "name": "国庆节", "source": "示例通知"}],
        "blackouts": [{"day": "2026-09-30", "name": "割接", "source": "示例停机通知"}],
    }


def test_what_was_vetoed_is_told_and_does_not_count():
    told = record()
    assert [one["state"] for one in told["pauses"]] == ["counted", "vetoed"]
    assert (told["excluded_days"], told["excluded_seconds"]) == (1, 6 * 3600)
    # The 29th is paused and the 1st is a holiday: the 30th, the 2nd and the 5th are the three days.
    assert (told["first_due"], told["due"], told["held"]) == ("2026-10-02", "2026-10-05", None)
    assert (told["calendar"], told["hours"], told["provisional"]) == (7, ["09:00-12:00", "15:00-18:00"], False)
    assert [(row["day"], row["kind"]) for row in told["ledger"]][:4] == [
        ("2026-09-29", "paused"), ("2026-09-30", "counted"), ("2026-10-01", "holiday"), ("2026-10-02", "counted"),
    ]  # fmt: skip


def test_a_delivery_is_in_time_up_to_the_end_of_the_day_that_holds():
    assert record()["in_time"] is None
    assert record(delivered_at=here("2026-10-05T23:59"))["in_time"] is True
    assert record(delivered_at=here("2026-10-06T00:00"))["in_time"] is False
    held = record(delivered_at=here("2026-10-06T00:00"), held=date(2026, 10, 6))
    assert (held["in_time"], held["held"], held["due"]) == (True, "2026-10-06", "2026-10-05")


def test_it_is_written_as_a_file_of_its_words():
    text = written(record())
    assert json.loads(text) == record() and "示例通知" in text and text.endswith("}\n")
