"""Days are read as people and spreadsheets write them, and no page is flooded with what is wrong."""

from datetime import date

import pytest

from app.kernel.typed_lines import MOST_SHOWN, Wrong, read_day, shown


@pytest.mark.parametrize(
    "typed",
    ["2027-01-02", "2027/1/2", "2027.1.2", "2027-1-02", " 2027/01/2 ", "20270102", "２０２７／１／２"],
)
def test_year_month_and_day_are_read_with_and_without_zeros(typed: str) -> None:
    assert read_day(typed) == date(2027, 1, 2)


@pytest.mark.parametrize(
    "typed",
    ["", "2027", "1/2/2027", "2027/1-2", "2027/13/1", "2027-02-30", "27-1-2", "202712", "2027-01-02x", "0000-1-1"],
)
def test_anything_else_is_no_day(typed: str) -> None:
    with pytest.raises(ValueError):
        read_day(typed)


def test_what_is_more_than_a_page_tells_is_counted() -> None:
    wrong = [Wrong(f"line {number}") for number in range(MOST_SHOWN + 3)]
    assert shown(wrong[:MOST_SHOWN]) == wrong[:MOST_SHOWN]
    assert shown(wrong)[:-1] == wrong[:MOST_SHOWN]
    assert shown(wrong)[-1].says % shown(wrong)[-1].places == "3 more lines must be mended."
