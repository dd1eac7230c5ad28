"""The form of a selection's transcript, protocol version 2: its fields, their shapes, its file and its hashes.

Every transcript has the same fields, whatever the method; what a method does not use is null, 0 or empty.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import cast
from unicodedata import is_normalized

from app.kernel.choosing import LEAST_DROP_FROM, WHOLE, failure, less_discount
from app.kernel.words import N_

FORMAT, VERSION = "intermediary-supermarket-draw", 2
RANDOM, LOWEST, AVERAGE, PRICE_AND_DAYS, MERIT = METHODS = (
    "random_draw", "lowest_price", "average_price", "price_and_days", "merit",
)  # fmt: skip
FUNDS = ("state", "social")
BROWSER, PLATFORM = MAKERS = ("browser", "platform")
MOST_QUOTE, MOST_DAYS, MOST_NUMBER, MOST_SCORE = 10**12, 10**4, 10**6, 100

TERMS = frozenset(
    "closed_at commitment criteria days_weight drop_from format funds job method minimum_entries outside percentages"
    " price_weight reference_fee rule title version".split()
)
GIVEN = TERMS | {"entrants", "outside_value", "secret"}
RESULT = frozenset("bidders dropped order percentage points ranking reference seed winner".split())
FIELDS = GIVEN | RESULT | {"digest", "failed", "list_hash"}
# Of an entrant: what is on the list published at closing, then what it had sealed, then what a panel says of it.
LISTED = ("code", "name", "offer", "sealed")
# What a panel scores is on the list too, by its commitment; transcripts made before lists had it are without it.
PROPOSAL = "proposal"
CHANCE, OFFER = ("contribution", "made_by"), ("days", "discount", "nonce", "quote")
OPENED = (*CHANCE, *OFFER, "scores")

_CODE = re.compile(r"[!-~]{1,64}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|\s+')


class Broken(ValueError):
    """The first reason why a text is no transcript or a transcript does not hold: an English msgid, and what fills its
    places, which is taken from the file and stays as it is in every language."""

    def __init__(self, text: str, **places: object):
        super().__init__(text % places)
        self.text, self.places = text, places


def require(holds: bool, reason: str, **places: object) -> None:
    if not holds:
        raise Broken(reason, **places)


def check_given(given: Mapping[str, object]) -> None:
    """Raise Broken unless what the selection starts from is well formed, the secret is the one committed to and each
    entrant is there with what it sealed."""
    for name, (fits, wanted) in _SHAPES.items():
        require(fits(given[name]), wanted, field=name, least=LEAST_DROP_FROM)
    secret = bytes.fromhex(cast(str, given["secret"]))
    require(given["commitment"] == commitment_of(secret), N_("commitment is not the SHA-256 of the secret"))
    require(given["outside"] is not None or given["outside_value"] is None, N_("an outside value was not announced"))
    _check_method(given)
    entrants = cast("list[object]", given["entrants"])
    opened = failure(len(entrants), minimum=cast(int, given["minimum_entries"])) is None
    unread = given["outside"] is not None and given["outside_value"] is None
    require(not (opened and unread), N_("the outside value that was announced is missing"))
    before, listed = "", listed_in(given)
    for place, line in enumerate(entrants, 1):
        code = _check_listed(place, line, listed)
        require(before < code, N_("entrant %(n)s is out of order or there twice: the list is sorted by code"), n=place)
        before = code
        if opened:
            _check_opened(given, cast("dict[str, object]", line))
        else:
            require(_is_sealed(line), N_("%(code)s was opened although the selection failed"), code=code)


def _check_method(given: Mapping[str, object]) -> None:
    """The terms that belong to the method, and no others."""
    method, weights = given["method"], [given["price_weight"], given["days_weight"]]
    criteria = cast("list[dict[str, int]]", given["criteria"])
    average = bool(given["percentages"]) and given["drop_from"] is not None
    none = not given["percentages"] and given["drop_from"] is None
    require(average if method == AVERAGE else none, N_("percentages and drop_from belong to the average price, both"))
    require(bool(criteria) == (method == MERIT), N_("criteria belong to the merit method, and only there"))
    total = sum(cast("list[int]", weights)) + sum(one["weight"] for one in criteria)
    require(
        total == (100 if method in (PRICE_AND_DAYS, MERIT) else 0), N_("the weights do not total 100, or 0 for others")
    )
    require(method != PRICE_AND_DAYS or all(weights), N_("price and days both have a weight"))
    require(
        given["reference_fee"] is None or method in (LOWEST, AVERAGE), N_("a reference fee belongs to price methods")
    )


def listed_in(given: Mapping[str, object]) -> tuple[str, ...]:
    """The fields of an entrant on the list: the first line says, of merit, whether proposals are among them."""
    entrants = cast("list[object]", given["entrants"])
    first = entrants[0] if entrants else None
    proposes = given["method"] == MERIT and isinstance(first, dict) and PROPOSAL in first
    return (*LISTED, PROPOSAL) if proposes else LISTED


def _check_listed(place: int, line: object, listed: tuple[str, ...]) -> str:
    fields = {*listed, *OPENED}
    if not isinstance(line, dict) or line.keys() != fields:
        text = N_("entrant %(n)s has not exactly the fields %(fields)s")
        raise Broken(text, n=place, fields=", ".join(sorted(fields)))
    code = line["code"]
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        text = N_("the code of entrant %(n)s is not 1 to 64 printable ASCII characters without a space")
        raise Broken(text, n=place)
    require(_is_text(line["name"]), N_("the name of entrant %(n)s is not a text in Unicode normal form C"), n=place)
    for name in listed[2:]:
        require(_is_hex64(line[name]), _HEX_OF, field=name, code=code)
    return code


def _check_opened(given: Mapping[str, object], line: Mapping[str, object]) -> None:
    """What an entrant had sealed is what was opened, and what the method asks for."""
    code, fee = line["code"], cast("int | None", given["reference_fee"])
    for name in ("contribution", "nonce"):
        require(_is_hex64(line[name]), _HEX_OF, field=name, code=code)
    require(line["made_by"] in MAKERS, N_("made_by of %(code)s is neither browser nor platform"), code=code)
    asked = {
        "quote": (asks_quote(given), 1, MOST_QUOTE),
        "days": (bool(given["days_weight"]), 1, MOST_DAYS),
        "discount": (fee is not None, 0, WHOLE - 1),
    }
    for name, (wanted, least, most) in asked.items():
        fits = _is_number(least, most)(line[name]) if wanted else line[name] is None
        require(fits, N_("the %(field)s of %(code)s is not what the method asks for"), field=name, code=code)
    if fee is not None:
        quote = less_discount(fee, cast(int, line["discount"]))
        text = N_("the quote of %(code)s is not the reference fee less the discount")
        require(line["quote"] == quote, text, code=code)
    scores, criteria = line["scores"], cast("list[object]", given["criteria"])
    fits = isinstance(scores, list) and len(scores) == len(criteria) and all(map(_is_number(0, MOST_SCORE), scores))
    text = N_("the scores of %(code)s are not one from 0 to %(most)s for each criterion")
    require(fits, text, code=code, most=MOST_SCORE)
    require(
        line["sealed"] == seal_chance(str(given["job"]), line), N_("%(code)s did not seal this contribution"), code=code
    )
    require(line["offer"] == seal_offer(str(given["job"]), line), N_("%(code)s did not seal this offer"), code=code)


def asks_quote(given: Mapping[str, object]) -> bool:
    return bool(given["price_weight"]) or given["method"] in (LOWEST, AVERAGE)


def seal_chance(job: str, line: Mapping[str, object]) -> str:
    """What an entrant commits to of chance: its contribution and who made it, for this job alone."""
    return tagged_hash("contribution", {"code": line["code"], "job": job} | {name: line[name] for name in CHANCE})


def seal_offer(job: str, line: Mapping[str, object]) -> str:
    """What an entrant commits to of its offer, for this job alone; its nonce keeps a guess from being tried."""
    return tagged_hash("offer", {"code": line["code"], "job": job} | {name: line[name] for name in OFFER})


def is_same(value: object, expected: object) -> bool:
    """Equal and of the same types, so that true and 1.0 are not 1; looks no deeper than the expected value goes."""
    if type(value) is not type(expected):
        return False
    if isinstance(expected, list):
        items = cast("list[object]", value)
        return len(items) == len(expected) and all(map(is_same, items, expected))
    if isinstance(expected, dict):
        fields = cast("dict[object, object]", value)
        return fields.keys() == expected.keys() and all(is_same(fields[name], expected[name]) for name in expected)
    return value == expected


def canonical(value: object) -> str:
    """The one encoding that is hashed, in UTF-8: JSON with sorted keys and no spaces, texts in NFC, numbers whole."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def tagged_hash(purpose: str, value: object) -> str:
    """SHA-256, in hexadecimal, of the format, the version and the purpose, a zero byte, and the canonical value."""
    return sha256(f"{FORMAT}/{VERSION}/{purpose}\0{canonical(value)}".encode()).hexdigest()


def seed_of(given: Mapping[str, object], list_hash: object, contributions: list[object]) -> str:
    """What every chance decision of a selection is read from, in hexadecimal; offers and scores have no part in it."""
    chance = {name: given[name] for name in (*TERMS, "outside_value", "secret")}
    return tagged_hash("seed", {**chance, "list_hash": list_hash, "contributions": contributions})


def commitment_of(secret: bytes) -> str:
    """What is published with the announcement: the SHA-256 of the secret, in hexadecimal."""
    return sha256(secret).hexdigest()


def instant(moment: datetime) -> str:
    """An aware instant as the transcript writes it: 2026-10-10T16:00:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_transcript(text: str) -> dict[str, object]:
    """The transcript in a file's text; Broken says why the text is none.

    Space between the parts and the way a character is escaped do not matter; a field twice, fields out of alphabetical
    order, and numbers that are not whole are refused, as readers of JSON take them differently.
    """
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise Broken(N_("the file is nested too deeply")) from error
    except ValueError as error:
        raise Broken(N_("the file is not JSON")) from error
    if not isinstance(value, dict):
        raise Broken(N_("the file holds no JSON object"))
    plain = _PARTS.sub(lambda part: canonical(json.loads(part[0])) if "\\" in part[0] else part[0].strip(), text)
    if plain != canonical(value):
        raise Broken(N_("the file has a field twice, fields out of alphabetical order or a number written otherwise"))
    return value


def write_transcript(transcript: Mapping[str, object]) -> str:
    """The text to publish: what read_transcript reads."""
    return json.dumps(transcript, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def _is_sealed(line: object) -> bool:
    return all(cast("dict[str, object]", line)[name] is None for name in OPENED)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _SURROGATE.search(value) and is_normalized("NFC", value)


def _is_hex64(value: object) -> bool:
    return isinstance(value, str) and bool(_HEX64.fullmatch(value))


def _is_number(least: int, most: int = MOST_NUMBER) -> Callable[[object], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_instant(value: object) -> bool:
    try:
        return (
            isinstance(value, str)
            and bool(_INSTANT.fullmatch(value))
            and instant(datetime.fromisoformat(value)) == value
        )
    except ValueError:
        return False


def _are_percentages(value: object) -> bool:
    if not isinstance(value, list) or not all(map(_is_number(1, 100), value)):
        return False
    return all(one < next_one for one, next_one in pairwise(value))


def _are_criteria(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and one.keys() == {"name", "weight"}
        and _is_text(one["name"])
        and _is_number(1, 100)(one["weight"])
        for one in value
    )


def _or_null(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


_HEX_OF = N_("%(field)s of %(code)s is not 64 hexadecimal digits in lower case")
_TEXT = (_is_text, N_("%(field)s is not a text in Unicode normal form C"))
_TEXT_OR_NULL = (_or_null(_is_text), N_("%(field)s is not a text in Unicode normal form C or null"))
_HASH = (_is_hex64, N_("%(field)s is not 64 hexadecimal digits in lower case"))
_WEIGHT = (_is_number(0, 100), N_("%(field)s is not a whole number from 0 to 100"))
# Of each field its shape, and what to say where it has another.
_SHAPES: dict[str, tuple[Callable[[object], bool], str]] = {
    "format": (lambda value: is_same(value, FORMAT), N_("%(field)s is not that of this protocol")),
    "version": (lambda value: is_same(value, VERSION), N_("%(field)s is not that of this protocol")),
    "method": (lambda value: value in METHODS, N_("%(field)s is none of the methods")),
    "funds": (lambda value: value in FUNDS, N_("%(field)s is neither state nor social")),
    "job": _TEXT,
    "title": _TEXT,
    "rule": _TEXT,
    "closed_at": (_is_instant, N_("%(field)s is not an instant in UTC, like 2026-10-10T16:00:00Z")),
    "commitment": _HASH,
    "secret": _HASH,
    "minimum_entries": (_is_number(1), N_("%(field)s is not a whole number from 1 on")),
    "percentages": (_are_percentages, N_("%(field)s is not a list of rising whole numbers from 1 to 100")),
    "drop_from": (
        _or_null(_is_number(LEAST_DROP_FROM)),
        N_("%(field)s is not a whole number from %(least)s on, or null"),
    ),
    "criteria": (_are_criteria, N_("%(field)s is not a list of names with whole weights from 1 to 100")),
    "price_weight": _WEIGHT,
    "days_weight": _WEIGHT,
    "reference_fee": (_or_null(_is_number(1, MOST_QUOTE)), N_("%(field)s is not a whole number of cents, or null")),
    "outside": _TEXT_OR_NULL,
    "outside_value": _TEXT_OR_NULL,
    "entrants": (lambda value: isinstance(value, list), N_("%(field)s is not a list")),
}
