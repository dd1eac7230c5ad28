"""A draw anyone can recompute: protocol version 1, described for readers in docs/protocols/draw.md.

A secret is committed to at publication; at closing the list freezes; the seed is the hash of terms, secret and list;
every chance decision is a labelled stream of that seed. The transcript holds all of it, and the result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast
from unicodedata import normalize

from app.kernel.choosing import Outcome, average_price, failure, lowest_price, random_draw, settle
from app.kernel.stream import order as order
from app.kernel.stream import pick as pick
from app.kernel.transcript import (
    FORMAT,
    METHODS,
    VERSION,
    Broken,
    all_fields,
    check_given,
    given_fields,
    instant,
    is_same,
    require,
    tagged_hash,
)
from app.kernel.transcript import commitment_of as commitment_of
from app.kernel.transcript import read_transcript as read_transcript
from app.kernel.transcript import write_transcript as write_transcript

SECRET_BYTES = 32

# What follows from the given parts, in the order in which a reader would recompute it.
_REASONS = {
    "list_hash": "list_hash is not the hash of the entrants",
    "seed": "seed is not the hash of the terms, the commitment, the secret and list_hash",
    "failed": "failed does not follow from the number of entrants and minimum_entries",
    "percentage": "percentage is not the one the seed draws",
    "order": "order is not the one the seed draws",
    "dropped": "dropped does not follow from the quotes and the seed",
    "reference": "reference is not the mean of the quotes that were not dropped times the percentage",
    "ranking": "ranking does not follow from the rule of the method and the order",
    "winner": "winner is not the first of the ranking",
}


@dataclass(frozen=True)
class Entrant:
    """One line of the list: public code (printable ASCII), name, and the quote in cents where quotes are opened."""

    code: str
    name: str
    quote: int | None = None


@dataclass(frozen=True)
class Rule:
    """The choosing rule as the law has it when a job is announced: its version, the fewest entries the funds require,
    and for the average price the percentages to draw from and from how many quotes on two are dropped."""

    version: str
    minimum_entries: int
    percentages: tuple[int, ...] = ()
    drop_from: int = 0


def make_transcript(
    *,
    job: str,
    title: str,
    method: str,
    funds: str,
    closed_at: datetime,
    rule: Rule,
    secret: bytes,
    commitment: str,
    entrants: Sequence[Entrant],
) -> dict[str, object]:
    """Draw, choose and write down everything: JSON-able, keys in alphabetical order. The order of the entrants never
    matters; where too few entered their quotes stay sealed. ValueError when the parts cannot make a transcript."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"the secret has not {SECRET_BYTES} bytes")
    if closed_at.tzinfo is None:
        raise ValueError("closed_at has no time zone")
    sealed = failure(len(entrants), minimum=rule.minimum_entries) is not None
    given: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "job": normalize("NFC", job),
        "title": normalize("NFC", title),
        "method": method,
        "funds": funds,
        "closed_at": instant(closed_at),
        "rule": normalize("NFC", rule.version),
        "minimum_entries": rule.minimum_entries,
        "commitment": commitment,
        "secret": secret.hex(),
        "entrants": [_line(one, sealed) for one in sorted(entrants, key=lambda one: one.code)],
    }
    if method == "average_price":
        given |= {"percentages": list(rule.percentages), "drop_from": rule.drop_from}
    try:
        check_given(given)
    except Broken as broken:
        raise ValueError(str(broken)) from broken
    return _complete(given)


def verify_transcript(transcript: object) -> str | None:
    """None when every part of the transcript follows from the parts before it, else the first reason, in plain English.

    It never raises, whatever was read from JSON. That the commitment is the one published with the announcement is for
    the reader to compare: a transcript cannot vouch for that itself.
    """
    try:
        _verify(transcript)
    except Broken as broken:
        return str(broken)
    return None


def _verify(transcript: object) -> None:
    if not isinstance(transcript, dict):
        raise Broken("the transcript is not a JSON object")
    require(is_same(transcript.get("format"), FORMAT), f"format is not {FORMAT}")
    require(is_same(transcript.get("version"), VERSION), f"version is not {VERSION}")
    method = transcript.get("method")
    require(method in METHODS, "method is not one of " + ", ".join(METHODS))
    for name in sorted(all_fields(method) - transcript.keys()):
        raise Broken(f"{name} is missing")
    require(not transcript.keys() - all_fields(method), "there is a field that does not belong")
    given = {name: transcript[name] for name in given_fields(method)}
    check_given(given)
    expected = _complete(given)
    for name, reason in _REASONS.items():
        require(name not in expected or is_same(transcript[name], expected[name]), reason)


def _complete(given: Mapping[str, object]) -> dict[str, object]:
    """Everything that follows from the checked terms, secret and list."""
    list_hash = tagged_hash("list", given["entrants"])
    seeded = {name: value for name, value in given.items() if name != "entrants"}
    seed = tagged_hash("seed", {**seeded, "list_hash": list_hash})
    return dict(sorted({**given, "list_hash": list_hash, "seed": seed, **_result(given, bytes.fromhex(seed))}.items()))


def _result(given: Mapping[str, object], seed: bytes) -> dict[str, object]:
    codes = [cast(str, line["code"]) for line in _entrants(given)]
    percentage = pick(seed, "percentage", cast("list[int]", given["percentages"])) if "percentages" in given else None
    outcome = _outcome(given, percentage)
    drawn = _drawn_order(outcome, given["method"], seed, len(codes))
    settled = settle(outcome, order=drawn, pick=partial(pick, seed))

    def code(index: int | None) -> str | None:
        return None if index is None else codes[index]

    result: dict[str, object] = {
        "order": [codes[index] for index in drawn],
        "ranking": [codes[index] for index in settled.ranking],
        "winner": code(settled.winner),
        "failed": outcome.failed,
    }
    if percentage is not None:
        result["percentage"] = None if outcome.failed else percentage
        result["reference"] = outcome.reference
        result["dropped"] = {"high": code(settled.dropped_high), "low": code(settled.dropped_low)}
    return result


def _outcome(given: Mapping[str, object], percentage: int | None) -> Outcome:
    entrants, minimum = _entrants(given), cast(int, given["minimum_entries"])
    if failed := failure(len(entrants), minimum=minimum):
        return Outcome(failed=failed)
    if given["method"] == "random_draw":
        return random_draw(len(entrants), minimum=minimum)
    quotes = [cast(int, line["quote"]) for line in entrants]
    if percentage is None:
        return lowest_price(quotes, minimum=minimum)
    drop_from = cast(int, given["drop_from"])
    return average_price(quotes, percentage=percentage, drop_from=drop_from, minimum=minimum)


def _drawn_order(outcome: Outcome, method: object, seed: bytes, count: int) -> list[int]:
    """A failed selection draws nothing; a random draw is its order; with prices the order only settles equals."""
    if outcome.failed:
        return []
    return order(seed, "order" if method == "random_draw" else "tie", range(count))


def _entrants(given: Mapping[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", given["entrants"])


def _line(entrant: Entrant, sealed: bool) -> dict[str, object]:
    line: dict[str, object] = {"code": entrant.code, "name": normalize("NFC", entrant.name)}
    return line if sealed or entrant.quote is None else {**line, "quote": entrant.quote}
