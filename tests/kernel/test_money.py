"""Amounts as typed and as shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.kernel.money import (
    MOST_CENTS,
    NOT_PERCENT,
    NOT_WAN,
    NOT_YUAN,
    TOO_FINE_PERCENT,
    TOO_FINE_WAN,
    TOO_FINE_YUAN,
    TOO_MUCH,
    parse_percent,
    parse_wan,
    parse_yuan,
    percentage,
    wan,
    yuan,
)

# fmt: off
YUAN = [
    ("1500", 150000), ("1,500.00", 150000), (" 1500.5 ", 150050), ("0", 0), ("0.01", 1), ("007", 700),
    ("１５００．２５", 150025), ("１，５００", 150000), ("¥1,500", 150000), ("￥ 1500", 150000), ("1500 元", 150000),
    ("10,000,000,000.00", MOST_CENTS), ("0" * 39 + "1", 100),
]
# fmt: on


@pytest.mark.parametrize("text, cents", YUAN)
def test_yuan_is_read(text, cents):
    assert parse_yuan(text) == cents


# fmt: off
NO_AMOUNTS = [
    *[(text, NOT_YUAN) for text in (
        "", " ", "-1", "−1", "+1", "1e3", "nan", "inf", "∞", "0x10", "1_000", "1 500", "15,00", "1,5000", ",500",
        "1.", ".5",
        "1.2.3", "1500 dollars", "4万元", "١٢٣", "九", "½", "1" * 41, "9" * 1_000_000, "1\x00", "\ud800")],
    ("1.234", TOO_FINE_YUAN), ("1.000", TOO_FINE_YUAN),
    ("10000000000.01", TOO_MUCH), ("9" * 30, TOO_MUCH),
]
# fmt: on


@pytest.mark.parametrize("text, reason", NO_AMOUNTS)
def test_what_is_no_amount_is_refused(text, reason):
    with pytest.raises(ValueError) as refused:
        parse_yuan(text)
    assert str(refused.value) == reason


def test_ten_thousands_are_read_to_the_cent():
    assert parse_wan("4") == 4_000_000
    assert parse_wan("4.25万元") == 4_250_000
    assert parse_wan("0.000001") == 1
    assert parse_wan("1,000,000") == MOST_CENTS


@pytest.mark.parametrize("text, reason", [("x", NOT_WAN), ("0.0000001", TOO_FINE_WAN), ("1000000.000001", TOO_MUCH)])
def test_no_ten_thousands_are_refused(text, reason):
    with pytest.raises(ValueError) as refused:
        parse_wan(text)
    assert str(refused.value) == reason


# fmt: off
SHOWN = [
    (150000, "1,500", "0.15"), (4_000_000, "40,000", "4.00"), (1, "0.01", "0.000001"), (0, "0", "0.00"),
    (-150050, "-1,500.50", "-0.15005"), (4_250_000, "42,500", "4.25"),
    (12_345_678_900, "123,456,789", "12,345.6789"),
    (-1, "-0.01", "-0.000001"), (4_500_000, "45,000", "4.50"),
]
# fmt: on


@pytest.mark.parametrize("cents, in_yuan, in_wan", SHOWN)
def test_amounts_are_shown(cents, in_yuan, in_wan):
    assert (yuan(cents), wan(cents)) == (in_yuan, in_wan)


@given(some.integers(0, MOST_CENTS))
def test_what_is_shown_is_read_back(cents):
    assert parse_yuan(yuan(cents)) == cents
    assert parse_wan(wan(cents)) == cents


@given(some.text())
def test_nothing_but_a_refusal_is_raised(text):
    for parse in (parse_yuan, parse_wan):
        try:
            assert 0 <= parse(text) <= MOST_CENTS
        except ValueError as refused:
            assert str(refused) in {NOT_YUAN, NOT_WAN, TOO_FINE_YUAN, TOO_FINE_WAN, TOO_MUCH}


# fmt: off
PERCENTS = [
    ("12", 1200, "12"), ("12.5", 1250, "12.5"), ("12.50%", 1250, "12.5"), ("１２．０５％", 1205, "12.05"),
    ("0", 0, "0"),    ("99.99 %", 9999, "99.99"), ("100", 10_000, "100"), ("0.01", 1, "0.01"),
]
# fmt: on


@pytest.mark.parametrize("text, hundredths, written", PERCENTS)
def test_a_percentage_is_read_and_written(text, hundredths, written):
    assert parse_percent(text) == hundredths and percentage(hundredths) == written


@pytest.mark.parametrize("text, why", [("", NOT_PERCENT), ("-1", NOT_PERCENT), ("5.555", TOO_FINE_PERCENT)])
def test_what_is_no_percentage_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        parse_percent(text)
