"""What results can be narrowed down by, as the page offers it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from app.catalogue.models import items_by_code
from app.districts.models import names, paths
from app.finding.asking import Asked
from app.finding.rules import BANDS, FACETS, KINDS
from app.jobs.rules import LIFE
from app.methods.rules import METHODS

SHOWN = 8  # values of a facet; those chosen are always shown


@dataclass(frozen=True)
class Value:
    """One value to narrow down by: its label (a msgid, or a name as it is), how many have it, where it leads."""

    label: str
    count: int
    address: str
    chosen: bool
    depth: int = 0


def offered(asked: Asked, counts: Mapping[str, Mapping[str, int]]) -> list[tuple[str, list[Value]]]:
    """Each facet's heading with its values, the most frequent first; a facet that says nothing is left out."""
    found = []
    for facet, heading in FACETS.items():
        known = counts.get(facet, {})
        missing = {value: 0 for value in asked.narrowed.get(facet, ()) if value not in known}
        values = _values(asked, facet, {**known, **missing})
        if len(values) > 1 or any(value.chosen for value in values):
            found.append((heading, values))
    return found


def _values(asked: Asked, facet: str, counts: Mapping[str, int]) -> list[Value]:
    if facet == "district":
        return _districts(asked, counts)
    named, chosen = LABELS[facet]() if facet in LABELS else {}, asked.narrowed.get(facet, ())
    shown = sorted(counts, key=lambda value: (value not in chosen, -counts[value], value))
    if facet in BANDS:
        shown = [value for value in BANDS[facet] if value in counts]
    return [
        Value(named.get(value, value), counts[value], asked.toggled(facet, value), value in chosen)
        for value in shown[: max(SHOWN, len(chosen))]
    ]


def _districts(asked: Asked, counts: Mapping[str, int]) -> list[Value]:
    """Down the tree from the first level that divides: the chosen districts with what is above and right below them."""
    above, named, chosen = paths(), names(), asked.narrowed.get("district", ())
    open_ = {code for one in chosen for code in above.get(one, ())}
    levels = {code: len(above[code]) for code in sorted(counts) if code in above}
    root = _dividing(levels.values())
    shown = [
        code
        for code, level in levels.items()
        if code in chosen or level == root or (level > root and open_ & set(above[code][-2:]))
    ]
    return [
        Value(named[code], counts[code], asked.toggled("district", code), code in chosen, max(levels[code] - root, 0))
        for code in shown
    ]


def _dividing(levels: Iterable[int]) -> int:
    """The first level of the tree on which there is more than one district; the lowest where none is."""
    many = Counter(levels)
    return next((level for level in sorted(many) if many[level] > 1), 4)


LABELS: dict[str, Callable[[], Mapping[str, str]]] = {
    "kind": lambda: KINDS,
    "state": lambda: LIFE.states,
    "method": lambda: {str(code): words for code, words in METHODS.items()},
    "item": items_by_code,
    **{facet: partial(dict, words) for facet, words in BANDS.items()},
}
