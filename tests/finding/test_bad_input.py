"""Whatever is typed gets a page, in bounded time, and never an error of ours."""

from random import Random
from urllib.parse import quote_plus

import pytest

pytestmark = [pytest.mark.one_database, pytest.mark.usefixtures("search")]

PIECES = (
    "环评",
    "環評",
    "huanping",
    "ZJ-007",
    "示例",
    "公司",
    "贵港",
    '"',
    "“",
    "”",
    "-",
    "－",
    "(",
    ")",
    "*",
    "^",
    ":",
    "~",
    "\\",
    "/",
    "+",
    "AND",
    "OR",
    "NOT",
    "NEAR(",
    "title:",
    "{text}",
    "' OR 1=1 --",
    '"; DROP TABLE doc; --',
    "%",
    "_",
    "|",
    "<",
    ">",
    "&",
    ";",
    "[* TO *]",
    "a&&b",
    "\x00",
    "\t",
    "\u200b",
    "\ufeff",
    "\u202e",
    "\U0001f600",
    "\U0001f468\u200d\U0001f467",
    "é",
    "\ufb01",
    "\u33a1",
    "\U00020bb7",
    "\uff76\uff9e",
    "ß",
    "\u0663",
    "q" * 90,
    "长" * 90,
    " ",
)
LONG = {"100 kB": "长" * 34_000, "minus": "-" * 100_000, "quotes": '"' * 300, "surrogate": "\ud800环评"}


@pytest.mark.soak
def test_no_words_are_too_bad_for_a_page(client, search, at_scale):
    search()
    chance = Random(20260928)
    for _ in range(at_scale(150, 10_000)):
        words = "".join(chance.choices(PIECES, k=chance.randint(1, 9)))
        page = client.get(f"/search?q={quote_plus(words)}")
        assert page.status_code in (200, 422), repr(words)


@pytest.mark.parametrize(
    "words", ["长" * 100_000, "-" * 100_000, '"' * 300, "\ud800环评"], ids=["100 kB", "minus", "quotes", "surrogate"]
)
def test_what_is_far_too_long_or_no_text_is_told_so(client, search, words):
    search()
    page = client.get("/search?q=" + quote_plus(words.encode("utf-8", "surrogatepass")))
    assert page.status_code in (200, 422)
