"""One line in, one answer out, and never an exception."""

import csv
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.due_lines import MOST_DIGITS, due_answer
from app.kernel.service_clock import Hours
from app.kernel.workdays import load_calendar

ROWS = csv.DictReader((Path(__file__).parents[2] / "data/calendar.csv").read_text(encoding="utf-8").splitlines())
CALENDAR = load_calendar(ROWS)
HOURS = Hours.read("09:00-12:00,15:00-18:00")
GOOD = {"start": "2026-09-28", "days": 5}


def answer(text):
    return due_answer(CALENDAR, HOURS, text)


def asked(**changes):
    return answer(json.dumps(GOOD | changes))


def paused(start, end):
    return asked(pauses=[[start, end]])


def test_a_due_day_and_its_ledger():
    found = asked()
    assert (found["due"], found["provisional"], len(found["ledger"])) == ("2026-10-10", False, 12)
    assert found["ledger"][-1] == {
        "day": "2026-10-10",
        "kind": "counted",
        "makeup": True,
        "source": "《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）",
    }


def test_a_pause_moves_the_due_day():
    found = paused("2026-09-29T10:00+08:00", "2026-10-09T10:00+08:00")
    assert found["due"] == "2026-10-14"
    assert [row["kind"] for row in found["ledger"]].count("paused") == 3
    assert [row["kind"] for row in found["ledger"]].count("counted") == 5
    assert paused("2026-09-29T02:00Z", "2026-10-09T02:00Z") == found


def test_pauses_may_be_missing_empty_or_of_no_length():
    assert asked() == asked(pauses=[]) == paused("2026-09-29T10:00+08:00", "2026-09-29T10:00+08:00")


def test_a_due_day_past_the_last_notice_says_so():
    assert asked(start="2026-12-30", days=2)["provisional"] is True


def test_numbers_have_a_bounded_number_of_digits():
    assert answer('{"start": "2026-09-28", "days": ' + "1" * MOST_DIGITS + "}")["error"].startswith("write days as")
    assert answer('{"start": "2026-09-28", "days": 1' + "1" * MOST_DIGITS + "}") == {"error": "write smaller numbers"}


@pytest.mark.parametrize("days", [1, 3650])
def test_the_bounds_of_days_are_inside(days):
    assert "due" in asked(days=days)


# fmt: off
@pytest.mark.parametrize("text, what_to_do", [
    ("",                                          "write one JSON object on the line"),
    ("not json",                                  "write one JSON object on the line: Expecting value at character 1$"),
    ('{"start": 1 2}',                            "write one JSON object on the line: .* at character 13$"),
    ('{"start": "2026-09-28"',                    "write one JSON object on the line"),
    ("[]",                                        'write one JSON object on the line, like {"start": "2026-09-28"'),
    ("null",                                      "write one JSON object on the line"),
    ('"2026-09-28"',                              "write one JSON object on the line"),
    ("NaN",                                       "write an ordinary number instead of NaN"),
    ('{"start": "2026-09-28", "days": NaN}',      "write an ordinary number instead of NaN"),
    ('{"start": "2026-09-28", "days": Infinity}', "write an ordinary number instead of Infinity"),
    ('{"start": "2026-09-28", "days": 1e999}',    "write days as a whole number"),
    ('{"start": "2026-09-28", "days": 1' + "0" * 5000 + "}", "write smaller numbers"),
    ('{"start": "2026-09-28", "start": "2026-09-28", "days": 5}', "write each key once"),
    ("[" * 100_000,                               "the line is nested too deeply: write one flat JSON object$"),
    ('{"start": "2026-09-28", "days": ' + "[" * 100_000, "the line is nested too deeply: write one flat JSON object$"),
    (b"{}",                                       "give one line of text"),
    (None,                                        "give one line of text"),
    ("{}",                                        'add "start"'),
    ('{"start": "2026-09-28"}',                   'add "days"'),
    ('{"start": "2026-09-28", "days": 5, "pause": []}', "take out the keys that are not one of start, days, pauses$"),
])
def test_a_line_that_is_no_question(text, what_to_do):
    found = answer(text)
    assert list(found) == ["error"] and re.match(what_to_do, found["error"])


@pytest.mark.parametrize("changes, what_to_do", [
    ({"days": True},            "write days as a whole number from 1 to 3650"),
    ({"days": 0},               "write days as a whole number"),
    ({"days": -5},              "write days as a whole number"),
    ({"days": 3651},            "write days as a whole number"),
    ({"days": 5.0},             "write days as a whole number"),
    ({"days": "5"},             "write days as a whole number"),
    ({"days": None},            "write days as a whole number"),
    ({"start": "1900-01-01"},   ".*use a day inside it, or import the missing years"),
    ({"start": "2999-01-01"},   ".*use a day inside it, or import the missing years"),
    ({"start": "2056-12-31"},   ".*import the missing years"),
    ({"start": "2050-01-01", "days": 3650}, ".*use fewer days, or import the missing years"),
    ({"start": "9999-12-31"},   "a date is out of reach: use years that the calendar knows$"),
    ({"start": "2026-02-30"},   "write start as a day"),
    ({"start": "20260928"},     "write start as a day"),
    ({"start": "2026-W40-1"},   "write start as a day"),
    ({"start": "2026-09-28T00:00+08:00"}, "write start as a day"),
    ({"start": 20260928},       "write start as a day"),
    ({"start": True},           "write start as a day"),
    ({"start": None},           "write start as a day"),
    ({"start": "\ud800"},       "write start as a day"),
    ({"pauses": None},          "write pauses as a list"),
    ({"pauses": {}},            "write pauses as a list"),
    ({"pauses": "2026"},        "write pauses as a list"),
    ({"pauses": ["ab"]},        "pause 1: write two instants"),
    ({"pauses": [[]]},          "pause 1: write two instants"),
    ({"pauses": [["2026-09-29T10:00+08:00"]]},                                "pause 1: write two instants"),
    ({"pauses": [["2026-09-29T10:00+08:00"] * 3]},                            "pause 1: write two instants"),
    ({"pauses": [["2026-09-29T10:00+08:00", None]]},                          "pause 1: write two instants"),
    ({"pauses": [["2026-09-29T10:00+08:00"] * 2, ["soon", "later"]]},         "pause 2: write its instants like"),
    ({"pauses": [["2026-09-29T25:00+08:00", "2026-09-30T10:00+08:00"]]},      "pause 1: write its instants like"),
    ({"pauses": [["2026-09-29T10:00", "2026-09-30T10:00"]]},                  "pause 1: give both ends"),
    ({"pauses": [["2026-09-29", "2026-09-30"]]},                              "pause 1: give both ends"),
    ({"pauses": [["2026-09-29T10:00+08:00", "2026-09-30T10:00"]]},            "pause 1: give both ends"),
    ({"pauses": [["2026-10-09T10:00+08:00", "2026-09-29T10:00+08:00"]]},      "pause 1: a pause ends before it starts"),
    ({"pauses": [["2026-09-29T10:00+08:00", "2999-09-29T10:00+08:00"]]},      ".*import the missing years"),
    ({"pauses": [["0001-01-01T00:00+14:00", "2026-09-29T10:00+08:00"]]},      "a date is out of reach: use years"),
    ({"pauses": [["2026-09-29T10:00+08:00", "9999-12-31T23:59-12:00"]]},      "a date is out of reach: use years"),
])
def test_a_bad_value_is_told_what_to_do(changes, what_to_do):
    found = asked(**changes)
    assert list(found) == ["error"] and re.match(what_to_do, found["error"])


# fmt: on


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("2026-09T:+Z ", max_size=12)
    | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=6), inner, max_size=3),
    max_leaves=6,
)
QUESTIONS = st.fixed_dictionaries(
    {"start": ANYTHING | st.just("2026-09-28"), "days": ANYTHING | st.integers(0, 9)}, optional={"pauses": ANYTHING}
)


@settings(max_examples=60, deadline=None)
@given(QUESTIONS.map(json.dumps) | st.text('{}[]":,1aN', max_size=20))
def test_no_line_raises(text):
    assert set(answer(text)) in ({"error"}, {"due", "provisional", "ledger"})


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(QUESTIONS.map(json.dumps) | st.text())
def test_no_line_raises_at_length(text):
    assert set(answer(text)) in ({"error"}, {"due", "provisional", "ledger"})
