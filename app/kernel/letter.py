"""Where one entrant stands in a selection, told without naming anybody else: read from the public transcript."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """What one weight of a scored method gave: its name (a criterion's, or "price" or "days"), the most it gives in
    points, and the hundredths of a point of this entrant and of the selected one."""

    name: str
    most: int
    own: int
    selected: int


@dataclass(frozen=True)
class Standing:
    """One entrant beside the selected one. `place` is in the order of all `entrants` that stay, None when its quote was
    dropped (`dropped` says at which end); amounts are cents, and None where the method has no quotes; `cheaper` counts
    the lower quotes; `away` and `selected_away` are the distances from the reference of the average price."""

    entrants: int
    place: int | None
    dropped: str | None
    quote: int | None
    selected_quote: int | None
    cheaper: int
    reference: int | None
    away: int | None
    selected_away: int | None
    parts: tuple[Part, ...]

    @property
    def own_points(self) -> int:
        return sum(part.own for part in self.parts)

    @property
    def selected_points(self) -> int:
        return sum(part.selected for part in self.parts)


def standing(transcript: Mapping[str, Any], code: str, selected: str) -> Standing:
    """Where the entrant with a public code stands beside the selected one, both on the list of a selection that did
    not fail. KeyError when one of them is not."""
    lines = {line["code"]: line for line in transcript["entrants"]}
    own, other, reference = lines[code], lines[selected], transcript["reference"]
    ranking, quotes = transcript["ranking"], [line["quote"] for line in lines.values()]
    dropped = next((end for end, whose in (transcript["dropped"] or {}).items() if whose == code), None)
    return Standing(
        entrants=len(lines),
        place=ranking.index(code) + 1 if code in ranking else None,
        dropped=dropped,
        quote=own["quote"],
        selected_quote=other["quote"],
        cheaper=sum(quote < own["quote"] for quote in quotes) if own["quote"] is not None else 0,
        reference=reference,
        away=abs(own["quote"] - reference) if reference is not None else None,
        selected_away=abs(other["quote"] - reference) if reference is not None else None,
        parts=_parts(transcript, list(lines), code, selected),
    )


def _parts(transcript: Mapping[str, Any], codes: list[str], code: str, selected: str) -> tuple[Part, ...]:
    if not transcript["points"]:
        return ()
    weights = [(one["name"], one["weight"]) for one in transcript["criteria"]]
    weights += [(name, transcript[f"{name}_weight"]) for name in ("price", "days") if transcript[f"{name}_weight"]]
    own, other = (transcript["points"][codes.index(one)] for one in (code, selected))
    return tuple(Part(*weight, mine, theirs) for weight, mine, theirs in zip(weights, own, other, strict=True))
