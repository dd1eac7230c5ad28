"""Whether the draws treat everybody alike: wins counted against what chance gives (docs/protocols/fairness.md).

Whole numbers only: a chance is counted in units of 10^-36, each product and quotient rounded down where the protocol
says so, so that every program prints the same last digit.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

from app.kernel.transcript import RANDOM, canonical
from app.kernel.workdays import due_day

OPEN_FORMAT, FORMAT, VERSION = "intermediary-supermarket-draws", "intermediary-supermarket-fairness", 1
# The conventions of version 1: how many draws a figure needs to be looked at, how many figures of a table are listed,
# and from which corrected chance on, in hundredths, one is said to stand out.
LEAST_DRAWS, LISTED, LEVEL = 5, 200, 1
TABLES = ("agencies", "owners", "items")
ONE = 10**36
SLOT = 32  # bytes, enough for ONE * ONE
PLACES = 10**6


@dataclass(frozen=True)
class Look:
    """One figure: an agency over all draws, or with one owner or in one item (`about`). `sizes` says how many of its
    draws had so many agencies in them; `chance` is that of at least so many wins, in units of 1/ONE."""

    table: str
    agency: str
    about: str | None
    sizes: Mapping[int, int]
    wins: int
    chance: int

    @property
    def order(self) -> tuple[int, str, str]:
        return self.chance, self.agency, self.about or ""

    def row(self, corrected: int) -> dict[str, object]:
        expected = sum((Fraction(times, size) for size, times in self.sizes.items()), Fraction())
        return {
            "about": self.about,
            "agency": self.agency,
            "chance": decimals(Fraction(self.chance, ONE)),
            "corrected": decimals(Fraction(corrected, ONE)),
            "draws": sum(self.sizes.values()),
            "expected": decimals(expected),
            "stands_out": 100 * corrected <= LEVEL * ONE,
            "wins": self.wins,
        }


def line_of(transcript: Mapping[str, Any], *, item: str, owner: str, address: str) -> str:
    """The line of a selection in the open data, as canonical JSON; `address` is where its transcript is read."""
    drawn = {
        "among": among(transcript),
        "closed_on": due_day(datetime.fromisoformat(transcript["closed_at"])).isoformat(),
        "digest": transcript["digest"],
        "item": item,
        "job": transcript["job"],
        "method": transcript["method"],
        "owner": owner,
        "transcript": address,
        "winner": transcript["winner"],
    }
    return canonical(drawn)


def among(transcript: Mapping[str, Any]) -> list[str]:
    """The codes that the draw decided among, each as likely as the others: all entrants of a random draw, in the other
    methods those in line whose offer is as good as the winner's. None where the selection failed."""
    if transcript["failed"] is not None:
        return []
    if transcript["method"] == RANDOM:
        return [line["code"] for line in transcript["entrants"]]
    parts = transcript["points"] or [()] * len(transcript["entrants"])
    offers = {
        line["code"]: (sum(each), line["quote"] or 0) for line, each in zip(transcript["entrants"], parts, strict=True)
    }
    best = offers[transcript["winner"]]
    return sorted(code for code in transcript["ranking"] if offers[code] == best)


def open_data(lines: Iterable[str]) -> str:
    """The file of all selections from their lines in the order of the job's number: one a line, and still JSON."""
    body = ",\n".join(lines)
    return f'{{"draws":[\n{body}\n],"format":"{OPEN_FORMAT}","version":{VERSION}}}\n'


def report(lines: Sequence[str]) -> dict[str, Any]:
    """The figures that follow from the lines, in the order of the job's number."""
    known = [json.loads(line) for line in lines]
    draws = [one for one in known if len(one["among"]) > 1]
    looks = sorted((look for table in TABLES for look in _looks(table, draws)), key=lambda look: look.order)
    rows: dict[str, list[dict[str, object]]] = {table: [] for table in TABLES}
    for look, corrected in zip(looks, holm([look.chance for look in looks]), strict=True):
        if len(rows[look.table]) < LISTED:
            rows[look.table].append(look.row(corrected))
    days = sorted(one["closed_on"] for one in draws)
    return {
        "draws": len(draws),
        "first": days[0] if days else None,
        "format": FORMAT,
        "last": days[-1] if days else None,
        "least_draws": LEAST_DRAWS,
        "level": decimals(Fraction(LEVEL, 100)),
        "looks": {table: sum(look.table == table for look in looks) for table in TABLES},
        "open_hash": sha256(f"[{','.join(lines)}]".encode()).hexdigest(),
        "selections": len(known),
        "tables": rows,
        "version": VERSION,
    }


def holm(chances: Sequence[int]) -> list[int]:
    """The rising chances corrected for so many looks (Holm): times those not passed yet, never falling, at most ONE."""
    corrected, most = [], 0
    for place, chance in enumerate(chances):
        most = max(most, min(ONE, (len(chances) - place) * chance))
        corrected.append(most)
    return corrected


def chance_of(sizes: Mapping[int, int], wins: int) -> int:
    """The chance, in units of 1/ONE, that an agency wins at least so often in draws of these sizes (size → how many):
    the exact tail of the Poisson binomial distribution, each coefficient rounded down."""
    below = [ONE][:wins]
    for size in sorted(sizes):
        below = _times(below, _binomial(size, sizes[size], wins))[:wins]
    return ONE - sum(below)


def decimals(value: Fraction) -> str:
    """A number with six decimals, half up."""
    whole = (2 * value.numerator * PLACES + value.denominator) // (2 * value.denominator)
    return f"{whole // PLACES}.{whole % PLACES:06}"


def day_of(text: str | None) -> date | None:
    """A day of a report."""
    return date.fromisoformat(text) if text else None


def _looks(table: str, draws: Iterable[Mapping[str, Any]]) -> Iterator[Look]:
    """The figures of a table that have enough draws."""
    groups: dict[str | None, list[Mapping[str, Any]]] = defaultdict(list)
    for draw in draws:
        groups[{"agencies": None, "owners": draw["owner"], "items": draw["item"]}[table]].append(draw)
    for about, some in groups.items():
        sizes: dict[str, list[int]] = defaultdict(list)
        for draw in some:
            for agency in draw["among"]:
                sizes[agency].append(len(draw["among"]))
        wins = Counter(draw["winner"] for draw in some)
        for agency, own in sizes.items():
            if len(own) >= LEAST_DRAWS:
                counted = Counter(own)
                yield Look(table, agency, about, counted, wins[agency], chance_of(counted, wins[agency]))


def _binomial(size: int, times: int, most: int) -> list[int]:
    """The chances of 0, 1, 2 … wins, below `most`, in so many draws of one size, each rounded down."""
    term, whole, found = (size - 1) ** times, size**times, []
    for wins in range(min(times + 1, most)):
        found.append(ONE * term // whole)
        term = term * (times - wins) // ((wins + 1) * (size - 1))
    return found


def _times(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """The product of two polynomials, each coefficient rounded down to a unit: both are packed into one great number
    each, as multiplying those is fast."""
    if not one or not other:
        return []
    whole = _packed(one) * _packed(other)
    places = range(0, SLOT * (len(one) + len(other) - 1), SLOT)
    content = whole.to_bytes(SLOT * (len(one) + len(other)), "little")
    return [int.from_bytes(content[at : at + SLOT], "little") // ONE for at in places]


def _packed(some: Sequence[int]) -> int:
    return int.from_bytes(b"".join(each.to_bytes(SLOT, "little") for each in some), "little")
