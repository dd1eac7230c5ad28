"""The machine face of choosing: one JSON object in, one answer out, never an exception."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.choosing import Outcome, average_price, lowest_price
from app.kernel.transcript import FUNDS

Answer = dict[str, object]

MOST_HUNDREDTHS = 10**12

_QUOTE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")


@dataclass(frozen=True)
class Numbers:
    """The numbers of the law that are answered by: the fewest entries by funds, and from how many quotes on one highest
    and one lowest are dropped."""

    minimum_entries: Mapping[str, int]
    drop_from: int


class _Unusable(Exception):
    """Why the line cannot be answered."""


def read_values(text: str) -> list[str]:
    """The JSON texts in a stream: one object printed over several lines, else whatever stands on each line."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return [text] if len(lines) > 1 and isinstance(_loaded(text), dict) else lines


def select_answer(text: str, numbers: Numbers) -> Answer:
    """What the rules say of {"method", "funds", "percentage", "quotes"} (decimal strings, at most two decimals).

    {"winner": index from 0}, {"tie": [indexes]} where a draw must decide, {"failed": reason} or {"error": reason};
    with average_price also {"reference": "8.74"}. Other fields are ignored.
    """
    try:
        outcome = _outcome(text, numbers)
    except _Unusable as unusable:
        return {"error": str(unusable)}
    if outcome.failed:
        return {"failed": outcome.failed}
    candidates = outcome.candidates
    answer: Answer = {"winner": candidates[0]} if len(candidates) == 1 else {"tie": list(candidates)}
    if outcome.reference is not None:
        answer["reference"] = f"{outcome.reference // 100}.{outcome.reference % 100:02d}"
    return answer


def _outcome(text: str, numbers: Numbers) -> Outcome:
    value = _loaded(text)
    if isinstance(value, _Unusable):
        raise value
    if not isinstance(value, dict):
        raise _Unusable("a line must be one JSON object")
    method, minimum = value.get("method"), numbers.minimum_entries[_funds(value.get("funds"))]
    quotes = _quotes(value.get("quotes"))
    if method == "lowest_price":
        return lowest_price(quotes, minimum=minimum)
    if method == "average_price":
        percentage = _percentage(value.get("percentage"))
        return average_price(quotes, percentage=percentage, drop_from=numbers.drop_from, minimum=minimum)
    raise _Unusable("method must be average_price or lowest_price")


def _loaded(text: str) -> object:
    """The JSON value, or the reason why there is none."""
    try:
        value: object = json.loads(text, object_pairs_hook=_fields_once)
    except _Unusable as unusable:
        return unusable
    except (ValueError, RecursionError):
        return _Unusable("the line is not JSON")
    return value


def _fields_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Unusable("a field is there twice")
    return fields


def _funds(value: object) -> str:
    if isinstance(value, str) and value in FUNDS:
        return value
    raise _Unusable("funds must be state or social")


def _percentage(value: object) -> int:
    if type(value) is not int or not 1 <= value <= 100:
        raise _Unusable("percentage must be a whole number from 1 to 100")
    return value


def _quotes(value: object) -> list[int]:
    if not isinstance(value, list):
        raise _Unusable('quotes must be a list of decimal texts, like "9.80"')
    return [_quote(place, quote) for place, quote in enumerate(value)]


def _quote(place: int, value: object) -> int:
    if not isinstance(value, str) or not _QUOTE.fullmatch(value):
        raise _Unusable(f'quote {place} must be a decimal text with at most two decimals, like "9.80"')
    whole, _, decimals = value.partition(".")
    hundredths = int(whole + decimals.ljust(2, "0"))
    if not 0 < hundredths <= MOST_HUNDREDTHS:
        raise _Unusable(f"quote {place} must be more than zero and at most 10000000000")
    return hundredths
