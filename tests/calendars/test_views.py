"""The public working calendar."""

import re

import pytest

from tests.pages import english, plain

pytestmark = pytest.mark.one_database


@pytest.fixture
def visitor(client):
    return english(client)


def test_this_years_exceptional_days_stand_with_their_sources(visitor):
    page = visitor.get("/calendar")
    rows = [plain(row) for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.S)]
    assert "Working calendar 2026" in plain(page.text)
    (make_up,) = [row for row in rows if row.startswith("Sat 10 Oct")]
    assert "make-up working day" in make_up
    assert "国务院办公厅" in make_up
    assert [row for row in rows if "三月三" in row]


def test_every_year_of_the_calendar_can_be_read(visitor):
    years = re.findall(r'href="/calendar\?year=(\d{4})"', visitor.get("/calendar").text)
    assert len(years) >= 3
    assert {visitor.get(f"/calendar?year={year}").status_code for year in (years[0], years[-1])} == {200}


@pytest.mark.parametrize("year", ["1900", "2999", "-1", "0", "99999999999999999999"])
def test_a_year_without_a_calendar_is_not_found(visitor, year):
    assert visitor.get(f"/calendar?year={year}").status_code == 404


def test_what_is_no_year_is_this_year(visitor):
    assert "Working calendar 2026" in plain(visitor.get("/calendar?year=x").text)


def test_the_year_after_the_last_notice_shows_the_last_and_says_that_later_days_are_provisional(visitor, clock):
    clock.passes(days=500)
    words = plain(visitor.get("/calendar").text)
    assert "Working calendar 2026" in words
    assert "provisional" in words


def test_the_calendar_is_open_data(visitor):
    told = visitor.get("/calendar.json").json
    assert (told["format"], told["first_year"], told["last_year"]) == ("calendar/1", 2004, 2026)
    assert [row["day"] for row in told["days"]] == sorted({row["day"] for row in told["days"]})
    (make_up,) = [row for row in told["days"] if row["day"] == "2026-10-10"]
    assert make_up["working"] is True and make_up["source"]
