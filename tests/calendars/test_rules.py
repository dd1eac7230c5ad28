"""What may be typed as the days of a notice, and who may change the calendar."""

from datetime import date

import pytest

from app.calendars.rules import LIFE, MOST_LINES, Line, as_text, read_lines
from app.kernel.act import CLOCK, Actor, Kind, Role

NEW_YEAR = Line(date(2027, 1, 1), False, "元旦")


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-01,0,元旦",
        "day,working,name\r\n2027-01-01,0,元旦\r\n",
        "\ufeffday,working,name\n\n2027-01-01 , 0 , 元旦",
        "2027-01-01，休，元旦",
        "2027/01/01\t0\t元旦",
        '"2027-01-01","0","元旦"',
        "２０２７-０１-０１,０,元旦",
        "日期,是否上班,名称\r\n2027/1/1,0,元旦",
        "2027-1-1,0,元旦",
        "2027.1.1,0,元旦",
    ],
)
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read_lines(text) == ([NEW_YEAR], [])


def test_what_is_written_is_read_again_in_order() -> None:
    lines = [NEW_YEAR, Line(date(2027, 2, 20), True, "春节, 补班")]
    assert read_lines(as_text(reversed(lines))) == (lines, [])


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "Enter at least one day."),
        ("day,working,name", "Enter at least one day."),
        ("2027-01-01", "Line 1: write the day, 0 or 1"),
        ("2027-02-30,0,春节", "Line 1: write a day that exists"),
        ("1.1.2027,0,元旦", "Line 1: write a day that exists"),
        ("1999-01-01,0,元旦", "Line 1: choose a day of the years 2004 to 2050"),
        ("2027-01-01,2,元旦", "Line 1: write 1 for a day that is worked"),
        ("2027-01-01,0,", "Line 1: name the day"),
        ("2027-01-01,0," + "长" * 61, "Line 1: name the day"),
        ("2027-01-01,0,元旦\n2027-01-01,1,元旦", "Line 2: 2027-01-01 stands in line 1 already"),
    ],
)
def test_what_must_be_mended_is_told_by_its_line(text: str, says: str) -> None:
    (wrong,) = read_lines(text)[1]
    assert (wrong.says % wrong.places).startswith(says)


def test_every_wrong_line_is_told_and_the_right_ones_are_kept() -> None:
    lines, wrong = read_lines("2027-01-01,0,元旦\nx\n2027-13-01,0,x")
    assert (lines, [one.places["n"] for one in wrong]) == ([NEW_YEAR], [2, 3])


def test_a_notice_has_a_bounded_number_of_days() -> None:
    many = [f"{date.fromordinal(date(2027, 1, 1).toordinal() + n)},0,x" for n in range(MOST_LINES + 1)]
    assert read_lines("\n".join(many[:-1]))[1] == []
    (wrong,) = read_lines("\n".join(many))[1]
    assert wrong.says % wrong.places == f"A notice has at most {MOST_LINES} days. Divide it."


@pytest.mark.parametrize("day", [date(2004, 1, 1), date(2050, 12, 31)])
@pytest.mark.parametrize("name", ["长" * 60, "X示例X"])
def test_the_bounds_of_years_and_names_are_inside(day: date, name: str) -> None:
    assert read_lines(f"{day},1,{name}") == ([Line(day, True, name)], [])


OPERATOR = Actor(1, 1, Kind.OPERATOR, Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    "actor, may", [(OPERATOR, True), (CLOCK, False), (Actor(2, 2, Kind.OWNER, Role.ADMINISTRATOR), False)]
)
def test_only_the_operator_puts_a_notice_into_force_or_drops_it(actor: Actor, may: bool) -> None:
    assert [step.who(actor) for step in LIFE.steps.values()] == [may, may]
