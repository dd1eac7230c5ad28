"""A selection anyone can recompute: protocol version 2, described for readers in docs/protocols/draw.md.

The platform commits to a secret at publication; each entrant seals a random contribution and its offer; at closing the
list freezes; the seed is the hash of terms, secret, list and contributions, and of an outside value where one was
announced; every chance decision is a labelled stream of that seed. The transcript holds all of it, and the result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast
from unicodedata import normalize

from app.kernel.choosing import (
    Outcome,
    Points,
    Weights,
    average_price,
    failure,
    lowest_price,
    points,
    random_draw,
    scored,
    settle,
)
from app.kernel.stream import order as order
from app.kernel.stream import pick as pick
from app.kernel.terms import Rule as Rule
from app.kernel.terms import Terms as Terms
from app.kernel.terms import terms_given as terms_given
from app.kernel.transcript import (
    AVERAGE,
    BROWSER,
    FIELDS,
    FORMAT,
    GIVEN,
    LOWEST,
    MERIT,
    OPENED,
    RANDOM,
    RESULT,
    VERSION,
    Broken,
    check_given,
    is_same,
    listed_in,
    require,
    seal_chance,
    seal_offer,
    seed_of,
    tagged_hash,
)
from app.kernel.transcript import commitment_of as commitment_of
from app.kernel.transcript import read_transcript as read_transcript
from app.kernel.transcript import write_transcript as write_transcript
from app.kernel.words import N_

SECRET_BYTES = 32

# What follows from the given parts, in the order in which a reader would recompute it.
_REASONS = {
    "list_hash": N_("list_hash is not the hash of the list published at closing"),
    "failed": N_("failed does not follow from the number of entrants and minimum_entries"),
    "seed": N_("seed is not the hash of the terms, the secret, the list, the contributions and the outside value"),
    "bidders": N_("bidders is not the order the seed draws"),
    "percentage": N_("percentage is not the one the seed draws"),
    "order": N_("order is not the one the seed draws"),
    "dropped": N_("dropped does not follow from the quotes and the seed"),
    "reference": N_("reference is not the mean of the quotes that were not dropped times the percentage"),
    "points": N_("points do not follow from the weights and what each entrant offers and was given"),
    "ranking": N_("ranking does not follow from the rule of the method and the order"),
    "winner": N_("winner is not the first of the ranking"),
    "digest": N_("digest is not the hash of everything else"),
}


@dataclass(frozen=True)
class Entrant:
    """One line of the list: public code (printable ASCII), name, and what was sealed: the contribution of 32 bytes and
    who made it, the nonce of 32 bytes, and of quote (cents), days and discount (hundredths of a percent) what the
    method asks for. `offer`, `sealed` and, of merit, `proposal` are the list's commitments; `scores` a consensus."""

    code: str
    name: str
    contribution: bytes
    nonce: bytes
    made_by: str = BROWSER
    quote: int | None = None
    days: int | None = None
    discount: int | None = None
    scores: tuple[int, ...] = ()
    offer: str = ""
    sealed: str = ""
    proposal: str = ""

    def sealed_for(self, job: str) -> "Entrant":
        """The same with the commitments it makes by entering a job."""
        known = self.opened | {"code": self.code}
        return replace(self, sealed=seal_chance(job, known), offer=seal_offer(job, known))

    @property
    def listed(self) -> dict[str, object]:
        """What the list published at closing shows."""
        known: dict[str, object] = {
            "code": self.code,
            "name": normalize("NFC", self.name),
            "offer": self.offer,
            "sealed": self.sealed,
        }
        return known | ({"proposal": self.proposal} if self.proposal else {})

    @property
    def opened(self) -> dict[str, object]:
        """What was sealed, and the panel's scores."""
        return {
            "contribution": self.contribution.hex(),
            "made_by": self.made_by,
            "days": self.days,
            "discount": self.discount,
            "nonce": self.nonce.hex(),
            "quote": self.quote,
            "scores": list(self.scores),
        }


def list_hash_of(entrants: Sequence[Entrant]) -> str:
    """What is published at closing: the hash of the frozen list, of which nothing is opened yet."""
    return tagged_hash("list", [one.listed for one in sorted(entrants, key=lambda one: one.code)])


def make_transcript(
    terms: Terms, *, secret: bytes, entrants: Sequence[Entrant], outside_value: str | None = None
) -> dict[str, object]:
    """Draw, choose and write down everything: JSON-able, keys in alphabetical order. The order of the entrants never
    matters; where too few entered, all stay sealed. ValueError when the parts cannot make a transcript."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"the secret has not {SECRET_BYTES} bytes")
    if terms.closed_at.tzinfo is None:
        raise ValueError("closed_at has no time zone")
    stay_sealed = failure(len(entrants), minimum=terms.rule.minimum_entries) is not None
    given = terms_given(terms) | {
        "secret": secret.hex(),
        "outside_value": outside_value,
        "entrants": [
            one.listed | (dict.fromkeys(OPENED) if stay_sealed else one.opened)
            for one in sorted(entrants, key=lambda one: one.code)
        ],
    }
    check_given(given)
    return _complete(given)


def verify_transcript(transcript: object) -> Broken | None:
    """None when every part of the transcript follows from the parts before it, else the first reason why not.

    It never raises, whatever was read from JSON. That commitment, terms, outside value and list hash are those that
    were published is for the reader to compare: a transcript cannot vouch for that itself.
    """
    try:
        _verify(transcript)
    except Broken as broken:
        return broken
    return None


def winner_by(transcript: Mapping[str, Any], **rule: object) -> str:
    """The code of whom a published transcript would have selected, by its own seed, had its rule held these numbers
    (`drop_from`, `percentages`). It has a result and is taken as checked."""
    given = {name: transcript[name] for name in GIVEN} | rule
    return str(_result(given, bytes.fromhex(transcript["seed"]))["winner"])


def _verify(transcript: object) -> None:
    if not isinstance(transcript, dict):
        raise Broken(N_("the file holds no JSON object"))
    for name, known in (("format", FORMAT), ("version", VERSION)):
        require(is_same(transcript.get(name), known), N_("%(field)s is not that of this protocol"), field=name)
    for name in sorted(FIELDS - transcript.keys()):
        raise Broken(N_("%(field)s is missing"), field=name)
    require(not transcript.keys() - FIELDS, N_("there is a field that does not belong"))
    given = {name: transcript[name] for name in GIVEN}
    check_given(given)
    expected = _complete(given)
    for name, reason in _REASONS.items():
        require(is_same(transcript[name], expected[name]), reason)


def _complete(given: Mapping[str, object]) -> dict[str, object]:
    """Everything that follows from the checked terms, secret, list and outside value."""
    lines = _lines(given)
    listed = [{name: line[name] for name in listed_in(given)} for line in lines]
    found: dict[str, object] = {"list_hash": tagged_hash("list", listed), "digest": None}
    found["failed"] = failure(len(lines), minimum=cast(int, given["minimum_entries"]))
    found |= dict.fromkeys(RESULT) | {"order": [], "ranking": []}
    if found["failed"] is None:
        seed = seed_of(given, found["list_hash"], [line["contribution"] for line in lines])
        found |= {"seed": seed, **_result(given, bytes.fromhex(seed))}
    whole = {**given, **found}
    return dict(sorted({**whole, "digest": tagged_hash("transcript", whole)}.items()))


def _result(given: Mapping[str, object], seed: bytes) -> dict[str, object]:
    method, lines = given["method"], _lines(given)
    codes = [cast(str, line["code"]) for line in lines]
    share = pick(seed, "percentage", cast("list[int]", given["percentages"])) if method == AVERAGE else None
    parts = _points(given)
    outcome = _outcome(given, share, parts)
    drawn = order(seed, "order" if method == RANDOM else "tie", range(len(codes)))
    settled = settle(outcome, order=drawn, pick=partial(pick, seed))
    ends = settled.dropped_high, settled.dropped_low
    return {
        "order": [codes[at] for at in drawn],
        "ranking": [codes[at] for at in settled.ranking],
        "winner": codes[settled.ranking[0]],
        "percentage": share,
        "reference": outcome.reference,
        "dropped": None if None in ends else {"high": codes[cast(int, ends[0])], "low": codes[cast(int, ends[1])]},
        "points": [list(each) for each in parts] if parts else None,
        "bidders": order(seed, "bidders", codes) if method == MERIT else None,
    }


def _outcome(given: Mapping[str, object], share: int | None, parts: Points) -> Outcome:
    method, minimum = given["method"], cast(int, given["minimum_entries"])
    quotes = [cast(int, line["quote"]) for line in _lines(given)]
    if method == RANDOM:
        return random_draw(len(quotes), minimum=minimum)
    if method == LOWEST:
        return lowest_price(quotes, minimum=minimum)
    if share is not None:
        return average_price(quotes, percentage=share, drop_from=cast(int, given["drop_from"]), minimum=minimum)
    return scored(parts, [quote or 0 for quote in quotes], minimum=minimum)


def _points(given: Mapping[str, object]) -> Points:
    """The hundredths of a point of each entrant, where the method counts any."""
    criteria = tuple(one["weight"] for one in cast("list[dict[str, int]]", given["criteria"]))
    weights = Weights(criteria, cast(int, given["price_weight"]), cast(int, given["days_weight"]))
    if weights == Weights():
        return []
    columns = [[line[name] for line in _lines(given)] for name in ("scores", "quote", "days")]
    return points(weights, *cast("list[list[Any]]", columns))


def _lines(given: Mapping[str, object]) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", given["entrants"])
