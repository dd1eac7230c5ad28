"""What the embedded engine answers: the words looked for in the file, the rest in the columns in memory."""

import threading
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from search.columns import AUDIENCE, Columns, Ids, Layout, Numbered, Postings
from search.fields import Code, Index, Text
from search.file import File
from search.query import AllOf, AnyOf, Clause, Phrase
from search.question import Found, Question
from search.rank import ranks

Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.uint8]


class Shared:
    """What the threads of a process know of one file."""

    def __init__(self, path: Path, index: Index):
        self.path, self.lock = path, threading.Lock()
        self.columns, self.postings = Columns(Layout(index)), Postings()
        self.numbered, self.known_values = Numbered(), 0
        self.audiences: dict[str, list[int]] = {}
        self.known_audiences = 0
        weights = [each.weight if isinstance(each, Text | Code) else 0 for each in index.fields.values()]
        self.weight_of_field = np.array(weights, np.uint8)
        self.weights = np.zeros(1, np.uint8)  # of each piece; piece numbers begin with 1

    def catch_up(self, file: File) -> int:
        """What was written since, as this thread's transaction sees it; the newest document's number."""
        with self.lock:
            self.known_values = file.learn(self.numbered, self.known_values)
            for number, value in enumerate(self.numbered.values.get(AUDIENCE, [])[self.known_audiences :]):
                for each in value.split("\n"):
                    self.audiences.setdefault(each, []).append(self.known_audiences + number)
            self.known_audiences = len(self.numbered.values.get(AUDIENCE, []))
            if more := file.fields_of_pieces(len(self.weights) - 1):
                self.weights = np.concatenate([self.weights, self.weight_of_field[np.array(more)]])
            return file.follow(self.columns, self.postings)


class Answer:
    """One question to one file."""

    def __init__(self, file: File, shared: Shared, newest: int, question: Question):
        self.file, self.index, self.question, self.newest = file, file.index, question, newest
        self.columns, self.numbered, self.shared = shared.columns, shared.numbered, shared

    def found(self) -> Found:
        question = self.question
        ids, weights = self._matching()
        seen = self.columns.live(ids, self.newest) & self._allowed(ids)
        if not seen.all():
            ids, weights = ids[seen], weights[seen]
        masks = {name: self._narrowed(name, ids) for name in question.narrowed}
        if question.since is not None:
            moment = self.columns.of(self.index.ranking.fresh_by, ids)
            masks[""] = moment > int(question.since.timestamp())
        facets = {name: self._counted(name, _kept(ids, masks, name)) for name in question.counted}
        kept, weights = _kept(ids, masks), _kept(weights, masks)
        places = ranks(self.index, question, self.columns, self.numbered, kept, weights)
        shown = places[: question.limit]
        more = shown[-1].told() if shown and len(places) > question.limit else ""
        return Found([self._key(place.id) for place in shown], len(kept), facets, more)

    def _matching(self) -> tuple[Ids, Weights]:
        """The documents with the words asked for, and the least weight, over the terms, of the best field of each."""
        query = self.question.query
        weights = np.full(self.newest + 1, 1, np.uint8)
        weights[0] = 0
        for place, clause in enumerate(query.terms):
            found = self._weights(clause)
            weights = np.minimum(weights, found) if place else found
        for clause in query.without:
            weights[self._weights(clause) > 0] = 0
        ids = np.flatnonzero(weights > 0)
        return ids, weights[ids]

    def _weights(self, clause: Clause) -> Weights:
        """For each document the weight of the best field in which a clause stands, 0 where it does not."""
        if isinstance(clause, AllOf):
            return reduce(np.minimum, map(self._weights, clause.of))
        if isinstance(clause, AnyOf) and any(isinstance(each, AllOf) for each in clause.of):
            return reduce(np.maximum, map(self._weights, clause.of))
        pieces = self._pieces(asked(clause))
        weights, found = self.shared.weights[pieces], np.zeros(self.newest + 1, np.uint8)
        for weight in sorted(set(weights.tolist())):
            documents = self.shared.postings.documents(pieces[weights == weight])
            found[documents[documents <= self.newest]] = weight
        return found

    def _pieces(self, asked: str) -> Ids:
        told = self.file.connection.execute("SELECT group_concat(rowid) FROM words WHERE words MATCH ?", [asked])
        text = told.fetchone()[0]
        return np.fromstring(text, np.int64, sep=",") if text else np.zeros(0, np.int64)

    def _allowed(self, ids: Ids) -> Mask:
        """Those that one of the viewer's audiences may find."""
        may = np.zeros(self.shared.known_audiences + 1, bool)
        for audience in self.question.audiences:
            may[self.shared.audiences.get(audience, [])] = True
        seen: Mask = may[self.columns.of(AUDIENCE, ids)]
        return seen

    def _narrowed(self, name: str, ids: Ids) -> Mask:
        values = self.numbered.values.get(name, [])
        chosen = set(self.question.narrowed[name])
        keeps = np.array([not chosen.isdisjoint(value.split("\n")) for value in values] or [False])
        kept: Mask = keeps[self.columns.of(name, ids)]
        return kept

    def _counted(self, name: str, ids: Ids) -> dict[str, int]:
        counts: dict[str, int] = {}
        values = self.numbered.values.get(name, [])
        for number, count in enumerate(np.bincount(self.columns.of(name, ids), minlength=len(values)).tolist()):
            for value in values[number].split("\n") if count and number < len(values) else ():
                if value:
                    counts[value] = counts.get(value, 0) + count
        return counts

    def _key(self, id: int) -> str:
        return str(self.file.connection.execute("SELECT key FROM doc WHERE id = ?", [id]).fetchone()[0])


def asked(clause: Clause) -> str:
    """A clause in the words of FTS5."""
    if isinstance(clause, Phrase):
        return f'({clause.of} : "{" ".join(clause.tokens)}"{" *" if clause.begun else ""})'
    assert isinstance(clause, AnyOf)
    return f"({' OR '.join(map(asked, clause.of))})"


def _kept(values: npt.NDArray[Any], masks: dict[str, Mask], but: str | None = None) -> npt.NDArray[Any]:
    """The values that every mask keeps, but the one of that name."""
    asked = [mask for name, mask in masks.items() if name != but]
    kept: npt.NDArray[Any] = values[reduce(np.logical_and, asked)] if asked else values
    return kept
