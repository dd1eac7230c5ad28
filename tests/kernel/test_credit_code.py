"""Codes of units and people: published examples hold, and a slip of one character never does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.kernel.credit_code import (
    IDENTITY_WRONG_BIRTHDAY,
    IDENTITY_WRONG_LAST_DIGIT,
    IDENTITY_WRONG_PROVINCE,
    IDENTITY_WRONG_SHAPE,
    LETTERS,
    WRONG_CHARACTER,
    WRONG_DISTRICT,
    WRONG_INNER_DIGIT,
    WRONG_LAST_DIGIT,
    WRONG_LENGTH,
    born,
    check_code,
    check_identity,
    inner_digit,
    last_digit,
    make_code,
)

PUBLISHED = (
    "91350100M000100Y43",
    "91330100799655058B",
    "91440300708461136T",
    "914403001922038216",
    "91110000802100433B",
    "91110000600037341L",
)
IDENTITIES = ("11010519491231002X", "440524188001010014")  # the two examples the standard itself prints

districts = some.text("0123456789", min_size=6, max_size=6)
prefixes = some.tuples(some.sampled_from(LETTERS), some.sampled_from(LETTERS), districts).map("".join)
bodies = some.text(LETTERS, min_size=8, max_size=8)
codes = some.builds(make_code, prefixes, bodies)


def refusal(check, text):
    with pytest.raises(ValueError) as refused:
        check(text)
    return str(refused.value)


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_hold(code):
    assert check_code(code) == code


def test_a_code_is_normalised():
    assert check_code(" 9135 0100 m000 100y 43\n") == "91350100M000100Y43"
    assert check_code("９１３５０１００Ｍ０００１００Ｙ４３") == "91350100M000100Y43"


@pytest.mark.parametrize("prefix", ["A1450800", "N2450802", "Y1450800", "52450800", "12450800", "93450881"])
def test_every_kind_of_first_character_is_taken(prefix):
    code = make_code(prefix, "MA5K0012")
    assert check_code(code) == code and code.startswith(prefix)


# fmt: off
WRONG_CODES = [
    ("", WRONG_LENGTH), ("9135", WRONG_LENGTH), ("91350100M000100Y433", WRONG_LENGTH), ("9" * 1_000_000, WRONG_LENGTH),
    ("91350100I000100Y43", WRONG_CHARACTER), ("91350100-000100Y43", WRONG_CHARACTER),
    ("9135010桂M000100Y43", WRONG_CHARACTER),
    ("9135A100M000100Y43", WRONG_DISTRICT),
    ("91350100M000100Y53", WRONG_INNER_DIGIT), ("91350100M000101Y43", WRONG_INNER_DIGIT),
    ("91350100M000100Y44", WRONG_LAST_DIGIT), ("92350100M000100Y43", WRONG_LAST_DIGIT),
    ("\ud800" * 18, WRONG_CHARACTER),
]
# fmt: on


@pytest.mark.parametrize("text, reason", WRONG_CODES)
def test_a_wrong_code_is_told_which_part(text, reason):
    assert refusal(check_code, text) == reason


@given(codes, some.integers(0, 17), some.sampled_from(LETTERS))
def test_one_wrong_character_is_always_refused(code, place, letter):
    wrong = code[:place] + letter + code[place + 1 :]
    if wrong != code:
        refusal(check_code, wrong)


@given(codes, some.integers(0, 16))
def test_two_swapped_neighbours_are_always_refused(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        refusal(check_code, swapped)


def test_the_worked_example_of_the_inner_standard_holds():
    assert inner_digit("D2143569") == "X"
    assert last_digit("91350100M000100Y4") == "3"


@pytest.mark.parametrize("number", IDENTITIES)
def test_published_identity_numbers_hold(number):
    assert check_identity(number) == number


def test_an_identity_number_is_normalised():
    assert check_identity(" 110105 19491231 002x ") == "11010519491231002X"
    assert check_identity("１１０１０５１９４９１２３１００２Ｘ") == "11010519491231002X"


# fmt: off
WRONG_IDENTITIES = [
    ("", IDENTITY_WRONG_SHAPE), ("110105491231002", IDENTITY_WRONG_SHAPE), ("1101051949123100XX", IDENTITY_WRONG_SHAPE),
    ("1" * 1_000_000, IDENTITY_WRONG_SHAPE), ("1101051949123100二X", IDENTITY_WRONG_SHAPE),
    ("99010519491231002X", IDENTITY_WRONG_PROVINCE),
    ("11010519490230002X", IDENTITY_WRONG_BIRTHDAY), ("11010500000101002X", IDENTITY_WRONG_BIRTHDAY),
    ("11010517991231002X", IDENTITY_WRONG_BIRTHDAY),
    ("110105194912310021", IDENTITY_WRONG_LAST_DIGIT),
]
# fmt: on


@pytest.mark.parametrize("text, reason", WRONG_IDENTITIES)
def test_a_wrong_identity_number_is_told_which_part(text, reason):
    assert refusal(check_identity, text) == reason


@given(some.integers(0, 80_000), some.integers(0, 999), some.integers(0, 16), some.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_identity_number_is_always_refused(days, serial, place, digit):
    first17 = f"450802{date(1800, 1, 1) + timedelta(days):%Y%m%d}{serial:03d}"
    number = next(first17 + last for last in "0123456789X" if holds(first17 + last))
    wrong = number[:place] + digit + number[place + 1 :]
    assert not holds(wrong) or wrong == number


def holds(number):
    try:
        return check_identity(number) == number
    except ValueError:
        return False


def test_a_date_of_birth_stands_in_the_number():
    assert [born(number) for number in IDENTITIES] == [date(1949, 12, 31), date(1880, 1, 1)]


def test_a_check_character_is_of_the_right_number_of_characters():
    for digit, texts in ((inner_digit, ("D214356", "D21435690")), (last_digit, ("9" * 16, "9" * 18))):
        for text in texts:
            with pytest.raises(ValueError):
                digit(text)


def test_a_code_may_be_typed_with_spaces_up_to_four_times_its_length():
    assert check_code(PUBLISHED[0] + " " * 54) == PUBLISHED[0]
    assert refusal(check_code, PUBLISHED[0] + " " * 55) == WRONG_LENGTH


@pytest.mark.parametrize("place", range(2, 8))
def test_every_character_of_the_district_is_a_digit(place):
    assert refusal(check_code, PUBLISHED[0][:place] + "A" + PUBLISHED[0][place + 1 :]) == WRONG_DISTRICT
