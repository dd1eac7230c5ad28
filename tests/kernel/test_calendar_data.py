"""The committed calendar against what it was made from; needs the development dependencies only."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.kernel.workdays import load_calendar

chinese_calendar = pytest.importorskip("chinese_calendar")
holidays = pytest.importorskip("holidays")

from scripts import make_calendar  # noqa: E402 - it needs chinese_calendar

DATA = Path(__file__).parents[2] / "data"
ALL = [date(2004, 1, 1) + timedelta(days=number) for number in range((date(2026, 12, 31) - date(2004, 1, 1)).days + 1)]
NATIONAL = load_calendar(make_calendar.national().values())
OURS = load_calendar((make_calendar.national() | make_calendar.guangxi()).values())
# The notice for 2006 has Saturday 31 December 2005 worked; the library forgot it.
FORGOTTEN = date(2005, 12, 31)


def read(name):
    return (DATA / name).read_text(encoding="utf-8")


def test_the_committed_files_are_exactly_what_the_generator_writes():
    assert read("calendar.csv") == make_calendar.calendar_csv()
    assert read("calendar_sources.csv") == make_calendar.sources_csv()


def test_every_notice_that_a_day_cites_stands_in_the_list_of_sources():
    listed = [row["source"] for row in csv.DictReader(read("calendar_sources.csv").splitlines())]
    cited = {row["source"] for row in csv.DictReader(read("calendar.csv").splitlines())}
    assert len(listed) == len(set(listed))
    assert cited <= set(listed)


def test_national_days_agree_with_chinesecalendar():
    assert [day for day in ALL if NATIONAL.is_working(day) != chinese_calendar.is_workday(day)] == [FORGOTTEN]


def test_every_start_agrees_with_walking_through_chinesecalendar():
    worked = [day for day in ALL if chinese_calendar.is_workday(day) or day == FORGOTTEN]
    passed = 0
    for day in ALL:
        passed += passed < len(worked) and worked[passed] == day
        for n in (1, 2, 5, 10, 30):
            if passed + n <= len(worked):
                assert NATIONAL.add(day, n) == worked[passed + n - 1]


def test_national_days_agree_with_the_library_holidays_on_every_day():
    china = holidays.country_holidays("CN", years=range(2004, 2027))
    assert [day for day in ALL if NATIONAL.is_working(day) != china.is_working_day(day)] == []


def test_guangxi_differs_from_the_nation_only_around_the_third_of_the_third_month():
    differing = [day for day in ALL if OURS.is_working(day) != NATIONAL.is_working(day)]
    assert {day.year for day in differing} == {*range(2014, 2027)} - {2020}
    for day in differing:
        assert date(day.year, 3, 29) <= day <= date(day.year, 4, 22) or day == date(2023, 4, 23)
        assert OURS.describe(day).name in ("壮族三月三", "广西三月三")


@pytest.mark.parametrize("year", [*range(2014, 2020), *range(2021, 2027)])
def test_guangxi_gives_two_days_net_of_those_worked_for_them(year):
    days = [day for day in ALL if day.year == year]
    lost = sum(NATIONAL.is_working(day) - OURS.is_working(day) for day in days)
    assert lost == 2
