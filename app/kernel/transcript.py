"""The form of a draw's transcript, protocol version 1: its fields, their shapes, its file and its hashes."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import cast
from unicodedata import is_normalized

from app.kernel.choosing import LEAST_DROP_FROM, failure

FORMAT, VERSION = "intermediary-supermarket-draw", 1
METHODS = ("random_draw", "lowest_price", "average_price")
FUNDS = ("state", "social")
MOST_QUOTE = 10**12
MOST_NUMBER = 10**6

_GIVEN = frozenset(
    "closed_at commitment entrants format funds job method minimum_entries rule secret title version".split()
)
_GIVEN_FOR_AVERAGE = frozenset({"drop_from", "percentages"})
_DERIVED = frozenset("failed list_hash order ranking seed winner".split())
_CODE = re.compile(r"[!-~]{1,64}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Broken(Exception):
    """The first reason, in plain English, why a transcript does not hold."""


def require(holds: bool, reason: str) -> None:
    if not holds:
        raise Broken(reason)


def given_fields(method: object) -> frozenset[str]:
    """What the draw starts from."""
    return _GIVEN | _GIVEN_FOR_AVERAGE if method == "average_price" else _GIVEN


def all_fields(method: object) -> frozenset[str]:
    """The fields of a whole transcript: exactly these."""
    more = {"dropped", "percentage", "reference"} if method == "average_price" else set()
    return given_fields(method) | _DERIVED | more


def check_given(given: Mapping[str, object]) -> None:
    """Raise Broken unless what the draw starts from is well formed and the secret is the one committed to."""
    require(is_same(given["format"], FORMAT), f"format is not {FORMAT}")
    require(is_same(given["version"], VERSION), f"version is not {VERSION}")
    require(given["method"] in METHODS, "method is not one of " + ", ".join(METHODS))
    require(given["funds"] in FUNDS, "funds is neither state nor social")
    for name in ("job", "title", "rule"):
        require(_is_text(given[name]), f"{name} is not a text in Unicode normal form C")
    require(_is_instant(given["closed_at"]), "closed_at is not an instant in UTC, like 2026-10-10T16:00:00Z")
    for name in ("commitment", "secret"):
        require(_is_hex64(given[name]), f"{name} is not 64 hexadecimal digits in lower case")
    secret = bytes.fromhex(cast(str, given["secret"]))
    require(given["commitment"] == commitment_of(secret), "commitment is not the SHA-256 of the secret")
    least = given["minimum_entries"]
    require(_is_number(least, 1), "minimum_entries is not a whole number from 1 on")
    if "percentages" in given:
        require(_are_percentages(given["percentages"]), "percentages are not rising whole numbers from 1 to 100")
        wanted = f"drop_from is not a whole number from {LEAST_DROP_FROM} on"
        require(_is_number(given["drop_from"], LEAST_DROP_FROM), wanted)
    entrants = given["entrants"]
    if not isinstance(entrants, list):
        raise Broken("entrants is not a list")
    # A draw has no quotes, and where too few entered nobody's quote is opened.
    failed = failure(len(entrants), minimum=cast(int, least))
    _check_entrants(entrants, quoted=given["method"] != "random_draw" and not failed)


def _check_entrants(entrants: list[object], *, quoted: bool) -> None:
    fields = {"code", "name", "quote"} if quoted else {"code", "name"}
    before = ""
    for place, line in enumerate(entrants, 1):
        if not isinstance(line, dict) or line.keys() != fields:
            raise Broken(f"entrant {place} has not exactly the fields " + ", ".join(sorted(fields)))
        code = line["code"]
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise Broken(f"the code of entrant {place} is not 1 to 64 printable ASCII characters without a space")
        require(_is_text(line["name"]), f"the name of entrant {place} is not a text in Unicode normal form C")
        require(not quoted or _is_quote(line["quote"]), f"the quote of entrant {place} is not a whole number of cents")
        require(before < code, f"entrant {place} is out of order or there twice: the list is sorted by code")
        before = code


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


def canonical(value: object) -> bytes:
    """The one encoding that is hashed: JSON with sorted keys and no spaces in UTF-8, texts in NFC, numbers whole."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def tagged_hash(purpose: str, value: object) -> str:
    """SHA-256, in hexadecimal, of the format, the version and the purpose, a zero byte, and the canonical value."""
    return sha256(f"{FORMAT}/{VERSION}/{purpose}\0".encode() + canonical(value)).hexdigest()


def commitment_of(secret: bytes) -> str:
    """What is published with the announcement: the SHA-256 of the secret, in hexadecimal."""
    return sha256(secret).hexdigest()


def instant(moment: datetime) -> str:
    """An aware instant as the transcript writes it: 2026-10-10T16:00:00Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_transcript(text: str) -> dict[str, object]:
    """The transcript in a file's text; ValueError says why the text is none.

    Refuses what JSON readers take differently: a field twice, fields out of alphabetical order, NaN and infinities.
    """
    try:
        value = json.loads(text, object_pairs_hook=_ordered_fields, parse_constant=_no_constant)
    except Broken as broken:
        raise ValueError(str(broken)) from broken
    except RecursionError as error:
        raise ValueError("the file is nested too deeply") from error
    except ValueError as error:
        raise ValueError("the file is not JSON") from error
    if not isinstance(value, dict):
        raise ValueError("the file holds no JSON object")
    return value


def write_transcript(transcript: Mapping[str, object]) -> str:
    """The text to publish: what read_transcript reads."""
    return json.dumps(transcript, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def _ordered_fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    require(len(set(names)) == len(names), "the file has a field twice in one object")
    require(names == sorted(names), "the file has fields out of alphabetical order")
    return dict(pairs)


def _no_constant(name: str) -> object:
    raise Broken(f"the file holds {name}, which is no number")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _SURROGATE.search(value) and is_normalized("NFC", value)


def _is_hex64(value: object) -> bool:
    return isinstance(value, str) and bool(_HEX64.fullmatch(value))


def _is_quote(value: object) -> bool:
    return type(value) is int and 0 < value <= MOST_QUOTE


def _is_number(value: object, least: int) -> bool:
    return type(value) is int and least <= value <= MOST_NUMBER


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
    if not isinstance(value, list) or not value or not all(type(item) is int and 1 <= item <= 100 for item in value):
        return False
    return all(one < next_one for one, next_one in pairwise(value))
