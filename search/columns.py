"""What is counted, narrowed and sorted by, of every document, as columns in memory: row number is document number.

A process reads them once and then whatever was added since; a million documents take some 130 megabytes.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from search.analyzer import fold, units
from search.fields import Document, Index, pieces

NONE = np.iinfo(np.int64).min
LOOKED_THROUGH = 50_000  # pieces of documents that were added since
LIVE, LENGTH, TIE, AUDIENCE = "live", "length", "tie", "audience"

Ids = npt.NDArray[np.int64]


class Layout:
    """How the columns of an index are kept in one row of bytes for each document."""

    def __init__(self, index: Index):
        self.index = index
        self.sorted_by = [*index.numbers, *index.moments]
        kinds = [(LIVE, "<u1"), (LENGTH, "<u2"), (TIE, "<u4"), (AUDIENCE, "<u4")]
        kinds += [(name, "<u2") for name in (*index.facets, *index.trees)]
        kinds += [(name, "<i8") for name in self.sorted_by]
        self.row = np.dtype(kinds)
        self.packed = Struct("<BHII" + "H" * len(index.facets + index.trees) + "q" * len(self.sorted_by))
        self.gone = bytes(self.packed.size)

    def pack(self, document: Document, numbered: "Numbered") -> bytes:
        """A document's row; a thing that is gone has one that is not live."""
        if document.values is None:
            return self.gone
        values, number = document.values, numbered.number
        return self.packed.pack(
            1,
            min(length(values[self.index.title]), 65_535),
            crc32(document.key.encode()),
            number(AUDIENCE, "\n".join(sorted(document.audiences))),
            *[number(name, values[name] or "") for name in self.index.facets],
            *[number(name, "\n".join(values[name] or ())) for name in self.index.trees],
            *[as_number(values[name]) for name in self.sorted_by],
        )


class Numbered:
    """The values of each facet, tree and set of audiences by number, as a file says."""

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}
        self.numbers: dict[str, dict[str, int]] = {}
        self.new: list[tuple[str, int, str]] = []

    def learn(self, field: str, value: str) -> int:
        """The number of a value that is not known yet: in a field they go up from 0."""
        known = self.values.setdefault(field, [])
        known.append(value)
        self.numbers.setdefault(field, {})[value] = len(known) - 1
        return len(known) - 1

    def number(self, field: str, value: str) -> int:
        """The number of a value; a new one is noted in `new`."""
        try:
            return self.numbers[field][value]
        except KeyError:
            found = self.learn(field, value)
            self.new.append((field, found, value))
            return found


class Columns:
    """All rows so far. A row that another one took the place of is live for those who do not see the other yet."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.filled = 1  # document numbers begin with 1
        self.columns = {name: np.zeros(1024, layout.row[name]) for name in layout.row.names or ()}
        self.replaced_by = np.zeros(1024, "<i4")

    def add(self, rows: bytes, replaces: Sequence[int]) -> None:
        """The rows of the next documents, and for each the number of the one in whose place it stands, or 0."""
        read = np.frombuffer(rows, self.layout.row)
        until = self.filled + len(read)
        room = len(self.replaced_by)
        if until > room:
            more = max(until, room * 3 // 2) - room
            self.columns = {name: _longer(column, more) for name, column in self.columns.items()}
            self.replaced_by = _longer(self.replaced_by, more)
        for name, column in self.columns.items():
            column[self.filled : until] = read[name]
        before = np.array(replaces, np.int64)
        self.replaced_by[before[before > 0]] = np.arange(self.filled, until)[before > 0]
        self.filled = until

    def of(self, name: str, ids: Ids) -> npt.NDArray[Any]:
        return _taken(self.columns[name], ids)

    def live(self, ids: Ids, newest: int) -> npt.NDArray[np.bool_]:
        """Whether each is there for whoever sees the documents up to `newest`."""
        by = _taken(self.replaced_by, ids)
        seen: npt.NDArray[np.bool_] = (self.of(LIVE, ids) == 1) & ((by == 0) | (by > newest))
        return seen


def _taken(column: npt.NDArray[Any], ids: Ids) -> npt.NDArray[Any]:
    """The values of documents with numbers that go up: all in a row, when there are no others between."""
    if len(ids) and ids[-1] - ids[0] == len(ids) - 1:
        return column[ids[0] : ids[-1] + 1]
    taken: npt.NDArray[Any] = column[ids]
    return taken


def _longer(column: npt.NDArray[Any], more: int) -> npt.NDArray[Any]:
    return np.concatenate([column, np.zeros(more, column.dtype)])


class Turned(NamedTuple):
    """The documents (`owners`) of piece p, with numbers that go up, stand from `starts[p]` to `starts[p + 1]`; the
    pieces of the documents since, and whose they are, stand in `pieces` and `since`."""

    starts: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int32]
    pieces: npt.NDArray[np.int32]
    since: npt.NDArray[np.int32]


class Postings:
    """Which documents have which pieces. Those read first are turned about, from the piece to its documents; those
    added since are looked through, until they are many. Whoever asks takes all that is known in one hold, since
    another thread may be adding."""

    def __init__(self) -> None:
        none = np.zeros(0, np.int32)
        self.known = Turned(np.zeros(1, np.int64), none, none, none)

    def add(self, pieces: bytes, counts: Sequence[int], first: int) -> None:
        """The pieces of the next documents in a row, of 32 bits each, and how many each document has; the first
        document has that number."""
        known, numbers = self.known, np.arange(first, first + len(counts), dtype=np.int32)
        more = np.concatenate([known.pieces, np.frombuffer(pieces, "<i4")])
        since = np.concatenate([known.since, np.repeat(numbers, np.array(counts, np.int32))])
        if len(more) > max(LOOKED_THROUGH, len(known.owners) // 4):
            self.known = _turned(known, more, since)
        else:
            self.known = known._replace(pieces=more, since=since)

    def documents(self, pieces: Ids) -> Ids:
        """The documents that have one of these pieces; one that has several may be named several times."""
        known = self.known
        turned = pieces[pieces < len(known.starts) - 1]
        starts, counts = known.starts[turned], known.starts[turned + 1] - known.starts[turned]
        if len(turned) == 1:
            found: npt.NDArray[Any] = known.owners[starts[0] : starts[0] + counts[0]]
        else:
            steps = np.repeat(starts - np.cumsum(counts) + counts, counts)
            found = known.owners[np.arange(len(steps)) + steps]
        if len(known.pieces) and len(pieces):
            among = np.zeros(max(int(pieces[-1]), int(known.pieces.max())) + 1, bool)
            among[pieces] = True
            found = np.concatenate([found, known.since[among[known.pieces]]])
        return found


def _turned(known: Turned, more: npt.NDArray[np.int32], since: npt.NDArray[np.int32]) -> Turned:
    before = np.repeat(np.arange(len(known.starts) - 1, dtype=np.int32), np.diff(known.starts))
    pieces = np.concatenate([before, more])
    owners = np.concatenate([known.owners, since])[np.argsort(pieces, kind="stable")]
    none = np.zeros(0, np.int32)
    return Turned(np.concatenate([[0], np.cumsum(np.bincount(pieces))]), owners, none, none)


def length(title: Any) -> int:
    """How many units a title has."""
    return sum(map(units_in, pieces(title)))


@lru_cache(100_000)
def units_in(piece: str) -> int:
    return len(units(fold(piece)))


def as_number(value: Any) -> int:
    if type(value) is int:
        return value
    if value is None:
        return int(NONE)
    return round(value.timestamp()) if isinstance(value, datetime) else int(value)
