"""The order of what the embedded engine found: what is asked for first, and equals as the day's salt shuffles them."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from search.columns import LENGTH, NONE, TIE, Columns, Ids, Numbered
from search.fields import Index
from search.question import RELEVANCE, Question

FIRST_BITS = 40  # of the place are what is sorted by, the others shuffle equals
LAST = (1 << FIRST_BITS) - 1
STEP = 1 << 20  # of a score
DAY = 86_400
TOLD = re.compile("([0-9a-f]{1,16})[.]([0-9a-f]{1,15})")


@dataclass(frozen=True)
class Place:
    """Where a document stands: before all with a larger `order`, or an equal one and a larger `id`."""

    order: int
    id: int

    def told(self) -> str:
        return f"{self.order:x}.{self.id:x}"


def place(told: str) -> Place:
    """Read what `Place.told` said; what it did not say is the beginning."""
    read = TOLD.fullmatch(told)
    return Place(int(read[1], 16), int(read[2], 16)) if read else Place(0, 0)


def ranks(
    index: Index, question: Question, columns: Columns, numbered: Numbered, ids: Ids, weights: npt.NDArray[Any]
) -> list[Place]:
    """The first documents after `question.after`: one more than its `limit`, where there are so many. `weights` are
    those of the fields matched, for the order by relevance."""
    if question.sort == RELEVANCE:
        scores = _scores(index, question, columns, numbered, ids, weights)
        scores *= STEP
        first = LAST - scores.astype(np.int64)
    else:
        first = _sorted_by(question.sort, columns, ids)
    order = first.astype(np.uint64)
    order <<= np.uint64(24)
    order |= _shuffled(columns.of(TIE, ids), question.salt)
    if question.after:
        before = place(question.after)
        later = (order > np.uint64(before.order)) | ((order == np.uint64(before.order)) & (ids > before.id))
        order, ids = order[later], ids[later]
    wanted = question.limit + 1
    if len(ids) > wanted:
        near = order <= np.partition(order, wanted - 1)[wanted - 1]
        order, ids = order[near], ids[near]
    sequence = np.lexsort((ids, order))[:wanted]
    return [Place(int(order[at]), int(ids[at])) for at in sequence]


def _scores(
    index: Index, question: Question, columns: Columns, numbered: Numbered, ids: Ids, weights: npt.NDArray[Any]
) -> npt.NDArray[np.float64]:
    rule, scores = index.ranking, weights.astype(np.float64)
    if question.query.size:
        title = max(text.weight for text in index.texts.values())
        covered = np.minimum(question.query.size / np.maximum(columns.of(LENGTH, ids), 1), 1.0)
        scores *= np.where(weights == title, 1 + covered, 1.0)
    if rule.favour_by:
        values = numbered.values.get(rule.favour_by, [])
        kinds = columns.of(rule.favour_by, ids)
        for number, value in enumerate(values):
            if rule.favour.get(value, 1.0) != 1.0:
                scores[kinds == number] *= rule.favour[value]
        if rule.fresh_by:
            half_lives = np.array([rule.fresh_for.get(value, np.inf) for value in values] or [np.inf])
            fresh = np.flatnonzero(np.isfinite(half_lives)[kinds])
            moments = columns.of(rule.fresh_by, ids[fresh])
            days = np.maximum(question.now.timestamp() // DAY - moments // DAY, 0)
            scores[fresh] *= np.where(moments == NONE, 1.0, 0.5 + 0.5 * np.exp2(-days / half_lives[kinds[fresh]]))
    if rule.lowered_by:
        scores[columns.of(rule.lowered_by, ids) == 1] *= 0.5
    return scores


def _sorted_by(sort: str, columns: Columns, ids: Ids) -> npt.NDArray[np.int64]:
    values = columns.of(sort.removeprefix("-"), ids)
    there = np.clip(values, 0, LAST - 1)
    return np.where(values == NONE, LAST, LAST - 1 - there if sort.startswith("-") else there)


def _shuffled(ties: npt.NDArray[Any], salt: int) -> npt.NDArray[np.uint32]:
    """24 bits of each document's own hash, mixed with the salt so that every salt gives another order."""
    mixed = ties.astype(np.uint32) ^ np.uint32(salt & 0xFFFFFFFF)
    for factor in (0x7FEB352D, 0x846CA68B):
        mixed ^= mixed >> np.uint32(16)
        mixed *= np.uint32(factor)  # what is beyond 32 bits is dropped
    mixed >>= np.uint32(8)
    return mixed
