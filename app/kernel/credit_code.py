"""Unified social credit codes and resident identity numbers, checked to the last digit."""

import re
from datetime import date
from unicodedata import normalize

from app.kernel.words import N_

CODE_LENGTH = 18
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

WRONG_LENGTH = N_("A unified social credit code has 18 characters")
WRONG_CHARACTER = N_("A unified social credit code has only digits and capital letters, never I, O, S, V or Z")
WRONG_DISTRICT = N_("Characters 3 to 8 of a unified social credit code, the district, are digits")
WRONG_INNER_DIGIT = N_(
    "Character 17 of the unified social credit code does not match characters 9 to 16: check them again"
)
WRONG_LAST_DIGIT = N_(
    "The last character of the unified social credit code does not match the others: check them again"
)
IDENTITY_WRONG_SHAPE = N_("An identity number has 17 digits and then a digit or X")
IDENTITY_WRONG_PROVINCE = N_("The first two digits of the identity number name no province")
IDENTITY_WRONG_BIRTHDAY = N_("Digits 7 to 14 of the identity number are no date of birth")
IDENTITY_WRONG_LAST_DIGIT = N_("The last character of the identity number does not match the others: check them again")

_CODE_WEIGHTS = [pow(3, place, 31) for place in range(17)]
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]
_IDENTITY_DIGITS = "10X98765432"
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
    "50 51 52 53 54 61 62 63 64 65 71 81 82 83 91".split()
)
_EARLIEST_BIRTH_YEAR = 1800


def check_code(text: str) -> str:
    """The unified social credit code, upper case and without spaces (GB 32100-2015, its inner code GB 11714-1997).

    ValueError carries a msgid that names the wrong part: length, character, district, inner digit or last digit.
    """
    code = _tidy(text)
    if len(code) != CODE_LENGTH:
        raise ValueError(WRONG_LENGTH)
    if not set(code) <= set(LETTERS):
        raise ValueError(WRONG_CHARACTER)
    if not code[2:8].isdigit():
        raise ValueError(WRONG_DISTRICT)
    if code[16] != inner_digit(code[8:16]):
        raise ValueError(WRONG_INNER_DIGIT)
    if code[17] != last_digit(code[:17]):
        raise ValueError(WRONG_LAST_DIGIT)
    return code


def make_code(prefix8: str, body8: str) -> str:
    """The whole code from its first eight characters (authority, kind, district) and the organisation's eight."""
    first17 = prefix8 + body8 + inner_digit(body8)
    return check_code(first17 + last_digit(first17))


def inner_digit(body8: str) -> str:
    """The check character of an organisation code (GB 11714-1997, modulus 11; A = 10 … Z = 35)."""
    total = sum(int(char, 36) * weight for char, weight in zip(body8, _INNER_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def last_digit(first17: str) -> str:
    """The check character of a unified social credit code (GB 32100-2015, modulus 31)."""
    total = sum(LETTERS.index(char) * weight for char, weight in zip(first17, _CODE_WEIGHTS, strict=True))
    return LETTERS[-total % 31]


def check_identity(text: str) -> str:
    """The resident identity number, upper case and without spaces (GB 11643-1999); ValueError carries a msgid."""
    number = _tidy(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValueError(IDENTITY_WRONG_SHAPE)
    if number[:2] not in _PROVINCES:
        raise ValueError(IDENTITY_WRONG_PROVINCE)
    if not _is_birthday(int(number[6:10]), int(number[10:12]), int(number[12:14])):
        raise ValueError(IDENTITY_WRONG_BIRTHDAY)
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _IDENTITY_WEIGHTS, strict=True))
    if number[17] != _IDENTITY_DIGITS[total % 11]:
        raise ValueError(IDENTITY_WRONG_LAST_DIGIT)
    return number


def born(number: str) -> date:
    """The date of birth in a checked identity number."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _is_birthday(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day).year >= _EARLIEST_BIRTH_YEAR
    except ValueError:
        return False


def _tidy(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).upper() if len(text) <= 4 * CODE_LENGTH else ""
