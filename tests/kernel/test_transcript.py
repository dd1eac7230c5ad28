"""Why a transcript is none or does not hold is told in a sentence, and the widest that is allowed holds."""

import pytest

from app.kernel.draw import Rule, read_transcript, verify_transcript, write_transcript
from app.kernel.transcript import AVERAGE, LOWEST, MERIT, PRICE_AND_DAYS, Broken
from tests.kernel.test_draw import ONE_IS_ENOUGH, TRANSCRIPTS, discounted, draw, entrant, replaced

# fmt: off
NOT_TEXT, NOT_HEX = " is not a text in Unicode normal form C", " is not 64 hexadecimal digits in lower case"
FIELDS_OF_ONE = "code, contribution, days, discount, made_by, name, nonce, offer, quote, scores, sealed"
SENTENCES = [
    ("average price", ("format",), "x", "format is not that of this protocol"),
    ("average price", ("version",), 1, "version is not that of this protocol"),
    ("average price", ("method",), "best", "method is none of the methods"),
    ("average price", ("funds",), "both", "funds is neither state nor social"),
    ("average price", ("job",), 1, "job" + NOT_TEXT), ("average price", ("title",), "e\u0301", "title" + NOT_TEXT),
    ("average price", ("rule",), None, "rule" + NOT_TEXT),
    ("average price", ("closed_at",), "2026", "closed_at is not an instant in UTC, like 2026-10-10T16:00:00Z"),
    ("average price", ("commitment",), "x", "commitment" + NOT_HEX),
    ("average price", ("secret",), "0" * 65, "secret" + NOT_HEX),
    ("average price", ("commitment",), "0" * 64, "commitment is not the SHA-256 of the secret"),
    ("average price", ("minimum_entries",), 0, "minimum_entries is not a whole number from 1 on"),
    ("average price", ("percentages",), [96, 96], "percentages is not a list of rising whole numbers from 1 to 100"),
    ("average price", ("percentages",), [0, 96], "percentages is not a list of rising whole numbers from 1 to 100"),
    ("average price", ("percentages",), [101], "percentages is not a list of rising whole numbers from 1 to 100"),
    ("average price", ("drop_from",), 2, "drop_from is not a whole number from 3 on, or null"),
    ("merit", ("criteria", 0, "weight"), 0, "criteria is not a list of names with whole weights from 1 to 100"),
    ("merit", ("criteria", 0, "weight"), 101, "criteria is not a list of names with whole weights from 1 to 100"),
    ("average price", ("price_weight",), 101, "price_weight is not a whole number from 0 to 100"),
    ("average price", ("days_weight",), -1, "days_weight is not a whole number from 0 to 100"),
    ("discounts", ("reference_fee",), 0, "reference_fee is not a whole number of cents, or null"),
    ("discounts", ("reference_fee",), 10**12 + 1, "reference_fee is not a whole number of cents, or null"),
    ("average price", ("outside",), 1, "outside" + NOT_TEXT + " or null"),
    ("an outside value", ("outside_value",), 1, "outside_value" + NOT_TEXT + " or null"),
    ("average price", ("outside_value",), "7", "an outside value was not announced"),
    ("an outside value", ("outside_value",), None, "the outside value that was announced is missing"),
    ("average price", ("drop_from",), None, "percentages and drop_from belong to the average price, both"),
    ("average price", ("percentages",), [], "percentages and drop_from belong to the average price, both"),
    ("lowest price", ("drop_from",), 6, "percentages and drop_from belong to the average price, both"),
    ("lowest price", ("percentages",), [95], "percentages and drop_from belong to the average price, both"),
    ("lowest price", ("criteria",), [{"name": "人员", "weight": 1}],
     "criteria belong to the merit method, and only there"),
    ("lowest price", ("days_weight",), 100, "the weights do not total 100, or 0 for others"),
    ("merit", ("criteria", 0, "weight"), 51, "the weights do not total 100, or 0 for others"),
    ("price and days", ("price_weight",), 59, "the weights do not total 100, or 0 for others"),
    ("random draw", ("reference_fee",), 100, "a reference fee belongs to price methods"),
    ("merit", ("reference_fee",), 100, "a reference fee belongs to price methods"),
    ("average price", ("entrants",), {}, "entrants is not a list"),
    ("average price", ("entrants", 0), {}, f"entrant 1 has not exactly the fields {FIELDS_OF_ONE}"),
    ("average price", ("entrants", 1, "code"), "a b",
     "the code of entrant 2 is not 1 to 64 printable ASCII characters without a space"),
    ("average price", ("entrants", 1, "code"), "~" * 65,
     "the code of entrant 2 is not 1 to 64 printable ASCII characters without a space"),
    ("average price", ("entrants", 1, "name"), 1, "the name of entrant 2" + NOT_TEXT),
    ("average price", ("entrants", 1, "code"), "91450800MA5K0000",
     "entrant 2 is out of order or there twice: the list is sorted by code"),
    ("average price", ("entrants", 1, "offer"), "x", "offer of 91450800MA5K0001" + NOT_HEX),
    ("average price", ("entrants", 1, "sealed"), "x", "sealed of 91450800MA5K0001" + NOT_HEX),
    ("average price", ("entrants", 1, "contribution"), "x", "contribution of 91450800MA5K0001" + NOT_HEX),
    ("average price", ("entrants", 1, "nonce"), "x", "nonce of 91450800MA5K0001" + NOT_HEX),
    ("average price", ("entrants", 1, "made_by"), "x", "made_by of 91450800MA5K0001 is neither browser nor platform"),
    ("average price", ("entrants", 1, "quote"), None, "the quote of 91450800MA5K0001 is not what the method asks for"),
    ("average price", ("entrants", 1, "days"), 3, "the days of 91450800MA5K0001 is not what the method asks for"),
    ("price and days", ("entrants", 1, "days"), 10_001,
     "the days of 91450800MA5K0001 is not what the method asks for"),
    ("discounts", ("entrants", 1, "discount"), 10_000,
     "the discount of 91450800MA5K0001 is not what the method asks for"),
    ("discounts", ("entrants", 1, "quote"), 1,
     "the quote of 91450800MA5K0001 is not the reference fee less the discount"),
    ("merit", ("entrants", 1, "scores"), [101, 1],
     "the scores of 91450800MA5K0001 are not one from 0 to 100 for each criterion"),
    ("merit", ("entrants", 1, "scores"), [1],
     "the scores of 91450800MA5K0001 are not one from 0 to 100 for each criterion"),
    ("average price", ("entrants", 1, "contribution"), "0" * 64, "91450800MA5K0001 did not seal this contribution"),
    ("average price", ("entrants", 1, "nonce"), "0" * 64, "91450800MA5K0001 did not seal this offer"),
    ("failed average price", ("entrants", 1, "quote"), 6,
     "91450800MA5K0001 was opened although the selection failed"),
]
# fmt: on


@pytest.mark.parametrize("which, path, new, sentence", SENTENCES)
def test_what_is_wrong_is_told_in_a_sentence(which, path, new, sentence):
    assert str(verify_transcript(replaced(TRANSCRIPTS[which], path, new))) == sentence


def test_the_widest_that_is_allowed_holds():
    widest = [
        draw(PRICE_AND_DAYS, [entrant(0, 10**12, days=10_000), entrant(1, 1, days=1), entrant(2, 2, days=2)]),
        draw(MERIT, [entrant(place, scores=(100 * place, 100)) for place in range(2)], rule=ONE_IS_ENOUGH,
             criteria=(("方案", 99), ("人员", 1)), price_weight=0),
        draw(LOWEST, [entrant(0, 1, code="!"), entrant(1, 2, code="~" * 64)], rule=ONE_IS_ENOUGH),
        draw(AVERAGE, rule=Rule("", 6, (1, 100), 3)),
        draw(LOWEST, discounted([9_999], fee=10**12), rule=ONE_IS_ENOUGH, reference_fee=10**12),
        draw(LOWEST, discounted([0], fee=1), rule=ONE_IS_ENOUGH, reference_fee=1),
    ]  # fmt: skip
    assert [verify_transcript(made) for made in widest] == [None] * len(widest)


# fmt: off
ODD = "the file has a field twice, fields out of alphabetical order or a number written otherwise"
NOT_JSON, DEEP, OTHER = "the file is not JSON", "the file is nested too deeply", "the file holds no JSON object"
NO_TRANSCRIPTS = [
    ("", NOT_JSON), ("{", NOT_JSON), ("\ufeff{}", NOT_JSON), ("1" * 5000, NOT_JSON),
    ("[" * 100_000, DEEP), ('{"a":' * 100_000, DEEP), ("[]", OTHER), ("null", OTHER),
    ('{"a":1.50}', ODD), ('{"a":1e2}', ODD), ('{"a":1,"a":1}', ODD), ('{"a":{"b":1,"b":2}}', ODD),
    ('{"b":1,"a":1}', ODD),
]
# fmt: on


@pytest.mark.parametrize("text, reason", NO_TRANSCRIPTS)
def test_a_text_that_is_no_transcript_is_refused(text, reason):
    with pytest.raises(Broken, match=f"^{reason}$"):
        read_transcript(text)


def test_a_file_is_written_for_people_and_read_however_its_characters_are_escaped():
    written = '{\n  "a": [\n    "贵/港\\n"\n  ],\n  "b": 1\n}\n'
    assert write_transcript({"b": 1, "a": ["贵/港\n"]}) == written
    for text in (written, '{"a":["\\u8d35\\/\\u6e2f\\u000a"],"b":1}'):
        assert read_transcript(text) == {"a": ["贵/港\n"], "b": 1}
