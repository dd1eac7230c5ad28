"""The two names a person signs in by: a user name they chose, and a mobile number of the mainland."""

import re
from unicodedata import normalize

from app.kernel.words import N_

LONGEST = 100

WRONG_USERNAME = N_(
    "A user name has 3 to 40 letters, digits, dots or hyphens, begins with a letter or digit and is not only digits"
)
WRONG_MOBILE = N_("A mobile number has 11 digits, like 13800000000")

_USERNAME = re.compile(r"(?![0-9]+$)[^\W_][\w.-]{2,39}")
_MOBILE = re.compile(r"(?:(?:\+|00)86)?(1[3-9][0-9]{9})")


def check_username(text: str) -> str:
    """The user name as it is kept: in one width, lower case. ValueError carries a msgid."""
    name = _fold(text)
    if not _USERNAME.fullmatch(name):
        raise ValueError(WRONG_USERNAME)
    return name


def check_mobile(text: str) -> str:
    """The digits of a mobile number, without spaces, hyphens and +86; "" for none. ValueError carries a msgid."""
    digits = re.sub(r"[\s-]", "", _fold(text))
    match = _MOBILE.fullmatch(digits)
    if digits and not match:
        raise ValueError(WRONG_MOBILE)
    return match[1] if match else ""


def read_name(typed: str) -> str:
    """What somebody typed to sign in, as one of the two is kept; it may be nobody's."""
    try:
        return check_mobile(typed) or _fold(typed)
    except ValueError:
        return _fold(typed)


def _fold(text: str) -> str:
    return normalize("NFKC", text[:LONGEST]).strip().lower()[:LONGEST]
