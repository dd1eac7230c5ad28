"""Whatever is typed gets a page, in bounded time, and never an error of ours."""

from random import Random
from time import monotonic
from urllib.parse import quote_plus

import pytest

from tests.search.fuzz import typed

pytestmark = pytest.mark.usefixtures("search")
LONGEST = 10  # seconds a page may take


@pytest.mark.soak
def test_no_words_are_too_bad_for_a_page(client, search, at_scale):
    search()
    chance = Random(20260928)
    for _ in range(at_scale(40, 10_000)):
        words = typed(chance)
        began = monotonic()
        page = client.get(f"/search?q={quote_plus(words)}")
        assert page.status_code in (200, 422) and monotonic() - began < LONGEST, repr(words)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "words", ["长" * 100_000, "-" * 100_000, '"' * 300, "\ud800环评"], ids=["100 kB", "minus", "quotes", "surrogate"]
)
def test_what_is_far_too_long_or_no_text_is_told_so(client, search, words):
    search()
    page = client.get("/search?q=" + quote_plus(words.encode("utf-8", "surrogatepass")))
    assert page.status_code in (200, 422)
