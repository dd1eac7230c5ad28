"""The embedded engine: an index in a file of its own, with everything in this process.

The folder holds the file in use, named by the small file `current`, and while it is built anew the next one beside it.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from fcntl import LOCK_EX, flock
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt

from search.columns import AUDIENCE, Columns, Ids, Layout, Numbered, Postings
from search.fields import Code, Document, Index, Text
from search.file import File, layout_version
from search.query import AllOf, AnyOf, Clause, Phrase
from search.question import Found, Question, Unavailable
from search.rank import ranks

CURRENT, BUILDING = "current", "building"
SUFFIX = ".sqlite"

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


class Embedded:
    """See `Engine`."""

    def __init__(self, folder: Path, index: Index):
        self.folder, self.index = folder, index
        self.here = threading.local()
        self.shared: Shared | None = None
        self.lock = threading.Lock()

    # -- asking -------------------------------------------------------------------------------------------------------

    def find(self, question: Question) -> Found:
        with self._reading() as (file, shared):
            newest = shared.catch_up(file)
            return Answer(file, shared, newest, question).found()

    def ready(self) -> bool:
        try:
            with self._reading():
                return True
        except Unavailable:
            return False

    def digests(self) -> Iterator[tuple[str, int]]:
        try:
            with closing(self._open()) as file:
                yield from file.digests()
        except sqlite3.Error as error:
            raise Unavailable(str(error)) from error

    @contextmanager
    def _reading(self) -> Iterator[tuple[File, Shared]]:
        """The file in use, in a transaction that reads."""
        try:
            file: File | None = getattr(self.here, "file", None)
            if file is None or file.path != self._current():
                if file is not None:
                    file.close()
                    self.here.file = None
                file = self.here.file = self._open()
            with self.lock:
                if self.shared is None or self.shared.path != file.path:
                    self.shared = Shared(file.path, self.index)
                shared = self.shared
            file.connection.execute("BEGIN")
            try:
                yield file, shared
            finally:
                file.connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise Unavailable(str(error)) from error

    def _open(self) -> File:
        """The file in use; another one may take its place, and it be gone, before it is open."""
        path, now = None, self._current()
        while now is not None and now != path:
            path = now
            with suppress(sqlite3.OperationalError):
                return self._checked(File(path, self.index))
            now = self._current()
        raise Unavailable("there is no index" if path is None else f"{path} cannot be read")

    def _checked(self, file: File) -> File:
        try:
            if file.version() == layout_version(self.index):
                return file
        except sqlite3.Error:
            file.close()
            raise
        file.close()
        raise Unavailable("the index was made for other fields")

    def _current(self) -> Path | None:
        with suppress(FileNotFoundError):
            name = (self.folder / CURRENT).read_text().strip()
            return self.folder / name if name else None
        return None

    # -- writing ------------------------------------------------------------------------------------------------------

    def put(self, documents: Iterable[Document]) -> None:
        told = list(documents)
        if self._current() is None:
            self._begin()
        for path in sorted(self.folder.glob(f"{self.index.name}-*{SUFFIX}")):
            try:
                file = File(path, self.index)
                try:
                    if file.version() == layout_version(self.index):
                        file.put(told)
                finally:
                    file.close()
            except sqlite3.Error as error:
                if path.exists():
                    raise Unavailable(str(error)) from error

    def rebuild(self, documents: Iterable[Document]) -> int:
        with self._alone():
            return self._build(documents)

    def _begin(self) -> None:
        """An index of nothing, unless another one has just begun it."""
        with self._alone():
            if self._current() is None:
                self._build(())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One builds at a time, of all processes; one that is killed lets go."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / BUILDING).open("w") as held:
            flock(held, LOCK_EX)
            yield

    def _build(self, documents: Iterable[Document]) -> int:
        before = self._current()
        self._remove_all_but(before)
        number = int(before.name.removesuffix(SUFFIX).rpartition("-")[2]) + 1 if before else 1
        path = self.folder / f"{self.index.name}-{number}{SUFFIX}"
        File.create(path, self.index)
        try:
            with closing(File(path, self.index)) as file:
                written = file.fill(documents)
        except sqlite3.Error as error:
            self._remove_all_but(before)
            raise Unavailable(str(error)) from error
        except BaseException:
            self._remove_all_but(before)
            raise
        draft = self.folder / f"{CURRENT}.new"
        draft.write_text(path.name)
        draft.replace(self.folder / CURRENT)
        self._remove_all_but(path)
        return written

    def _remove_all_but(self, kept: Path | None) -> None:
        """What was built before, or was left unfinished. Whoever has it open reads on."""
        for path in self.folder.glob(f"{self.index.name}-*"):
            if kept is None or not path.name.startswith(kept.name):
                path.unlink(missing_ok=True)


class Answer:
    """One question to one file."""

    def __init__(self, file: File, shared: Shared, newest: int, question: Question):
        self.file, self.index, self.question, self.newest = file, file.index, question, newest
        self.columns, self.numbered, self.shared = shared.columns, shared.numbered, shared

    def found(self) -> Found:
        question = self.question
        ids, weights = self._matching()
        seen = self.columns.live(ids, self.newest) & self._allowed(ids)
        ids, weights = ids[seen], weights[seen]
        masks = {name: self._narrowed(name, ids) for name in question.narrowed}
        if question.since is not None:
            moment = self.columns.of(self.index.ranking.fresh_by, ids)
            masks[""] = moment > int(question.since.timestamp())
        facets = {name: self._counted(name, ids[_all(masks, name, len(ids))]) for name in question.counted}
        kept = _all(masks, None, len(ids))
        places = ranks(self.index, question, self.columns, self.numbered, ids[kept], weights[kept])
        shown = places[: question.limit]
        more = shown[-1].told() if shown and len(places) > question.limit else ""
        return Found([self._key(place.id) for place in shown], int(kept.sum()), facets, more)

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
        ids = np.flatnonzero(weights)
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


def _all(masks: dict[str, Mask], but: str | None, count: int) -> Mask:
    """Those that every mask keeps, but the one of that name."""
    kept = np.ones(count, bool)
    for name, mask in masks.items():
        if name != but:
            kept &= mask
    return kept
