"""One file of the embedded engine: SQLite with FTS5 for the words, and a row of bytes for each document's columns.

Texts are kept in pieces, each once for each field, however many documents have it: words are looked for in the pieces,
and the documents of a piece are in memory. A document that changes is written anew under the next number, so nothing is
ever taken out of the words: what has been replaced, or is gone, is left out by its columns. Building the index again
makes it small again.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from search.analyzer import VERSION, code_tokens, tokens
from search.columns import Columns, Layout, Numbered, Postings
from search.fields import Code, Document, Index, Text, pieces
from search.sounds import initial_tokens, sound_tokens

BATCH = 20_000
UNKNOWN = (0, -1, 0)
WAIT = 30  # seconds for whoever else writes
TABLES = """
    BEGIN;
    CREATE TABLE about (version TEXT NOT NULL);
    CREATE TABLE doc (id INTEGER PRIMARY KEY, key TEXT NOT NULL, replaces INTEGER NOT NULL, row BLOB NOT NULL,
        pieces BLOB NOT NULL);
    CREATE TABLE latest (key TEXT PRIMARY KEY, id INTEGER NOT NULL, version INTEGER NOT NULL, digest INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE value (field TEXT NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL, UNIQUE (field, number));
    CREATE TABLE piece (id INTEGER PRIMARY KEY, field INTEGER NOT NULL, text TEXT, UNIQUE (field, text));
    CREATE VIRTUAL TABLE words USING fts5(text, code, sound, initials, content = '', columnsize = 0, prefix = '1',
        tokenize = "ascii tokenchars '|_.'");
    COMMIT;
"""


def layout_version(index: Index) -> str:
    """What a file must have been made for."""
    return f"{index.name} {index.version} {VERSION} {','.join(index.fields)}"


class File:
    """A file opened by one thread."""

    def __init__(self, path: Path, index: Index):
        self.path, self.index, self.layout = path, index, Layout(index)
        fields = list(enumerate(index.fields.items()))
        self.said = [(at, name, isinstance(each, Code)) for at, (name, each) in fields if isinstance(each, Text | Code)]
        self.sounds = [isinstance(each, Text) and each.sounds for _, (_, each) in fields]
        self.connection = sqlite3.connect(
            f"file:{path}?mode=rw", uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        self.forget()

    @classmethod
    def create(cls, path: Path, index: Index) -> None:
        """An empty file; whoever finds it finds it whole."""
        draft = path.with_name(f"{path.name}.new")
        draft.unlink(missing_ok=True)
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA page_size = 8192")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(TABLES)
            connection.execute("INSERT INTO about VALUES (?)", [layout_version(index)])
        draft.replace(path)

    def forget(self) -> None:
        self.numbered, self.known_values = Numbered(), 0
        self.piece_numbers: dict[tuple[int, str], int] = {}
        self.new_pieces: list[tuple[int, int, str | None]] = []
        self.new_words: list[tuple[Any, ...]] = []

    def version(self) -> str:
        found = self.connection.execute("SELECT version FROM about").fetchone()
        return str(found[0]) if found else ""

    def close(self) -> None:
        self.connection.close()

    def put(self, documents: Iterable[Document]) -> int:
        """Write documents, all or none; those that are known in a later version, or as they are, are left. How many
        were written."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self.known_values = self.learn(self.numbered, self.known_values)
            written = self._write(documents)
        except BaseException:
            self.connection.execute("ROLLBACK")
            self.forget()
            raise
        self.connection.execute("COMMIT")
        return written

    def fill(self, documents: Iterable[Document]) -> int:
        """Write very many documents into a file that is being built: batch by batch, so that others may write too."""
        for setting in ("synchronous = OFF", "cache_size = -200000", "temp_store = MEMORY"):
            self.connection.execute(f"PRAGMA {setting}")
        self.connection.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?)", [64 << 20])
        rest, written = iter(documents), 0
        while batch := list(islice(rest, BATCH)):
            written += self.put(batch)
        self.connection.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?)", [1 << 20])
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return written

    def _write(self, documents: Iterable[Document]) -> int:
        execute, many, told = self.connection.execute, self.connection.executemany, list(documents)
        last = execute("SELECT max(id) FROM doc").fetchone()[0] or 0
        self.last_piece = execute("SELECT max(id) FROM piece").fetchone()[0] or 0
        rows: list[tuple[Any, ...]] = []
        known, latest = self._known(told), {}
        for document in told:
            replaces, version, was = known.get(document.key, UNKNOWN)
            digest = document.digest()
            if version > document.version or (version == document.version and was == digest):
                continue
            if document.values is not None:
                self.index.check(document.values)
            last += 1
            row = self.layout.pack(document, self.numbered)
            rows.append((last, document.key, replaces, row, self._pieces(document)))
            known[document.key] = latest[document.key] = (last, document.version, digest)
        many("INSERT INTO value VALUES (?, ?, ?)", self.numbered.new)
        self.known_values += len(self.numbered.new)
        many("INSERT INTO piece VALUES (?, ?, ?)", self.new_pieces)
        many("INSERT INTO words (rowid, text, code, sound, initials) VALUES (?, ?, ?, ?, ?)", self.new_words)
        self.numbered.new, self.new_pieces, self.new_words = [], [], []
        many("INSERT INTO doc VALUES (?, ?, ?, ?, ?)", rows)
        many("REPLACE INTO latest VALUES (?, ?, ?, ?)", [(key, *each) for key, each in sorted(latest.items())])
        return len(rows)

    def _known(self, documents: Sequence[Document]) -> dict[str, tuple[int, int, int]]:
        """For each key that is there: the number of its document, the version and the digest."""
        keys = json.dumps(sorted({document.key for document in documents}))
        asked = "SELECT l.key, l.id, l.version, l.digest FROM json_each(?) e CROSS JOIN latest l ON l.key = e.value"
        return {key: (id, version, digest) for key, id, version, digest in self.connection.execute(asked, [keys])}

    def _pieces(self, document: Document) -> bytes:
        """The numbers of a document's pieces; those that are new are noted to be written."""
        if document.values is None:
            return b""
        found = array("i")
        for field, name, coded in self.said:
            for text in pieces(document.values[name]):
                found.append(self._code(field, text) if coded else self._piece(field, text))
        return found.tobytes()

    def _code(self, field: int, text: str) -> int:
        """A code's piece is its document's own: no other has it."""
        return self._new(field, None, "", " ".join(code_tokens(text)), "", "")

    def _piece(self, field: int, text: str) -> int:
        number = self.piece_numbers.get((field, text))
        if number is None:
            asked = "SELECT id FROM piece WHERE field = ? AND text = ?"
            known = self.connection.execute(asked, [field, text]).fetchone()
            number = known[0] if known else self._new(field, text, *self._words(field, text))
            self.piece_numbers[field, text] = number
        return number

    def _words(self, field: int, text: str) -> tuple[str, str, str, str]:
        sounds = self.sounds[field]
        said = (tokens(text), (), sound_tokens(text) if sounds else (), initial_tokens(text) if sounds else ())
        one, two, three, four = map(" ".join, said)
        return one, two, three, four

    def _new(self, field: int, text: str | None, *words: str) -> int:
        self.last_piece += 1
        self.new_pieces.append((self.last_piece, field, text))
        self.new_words.append((self.last_piece, *words))
        return self.last_piece

    def learn(self, numbered: Numbered, known: int) -> int:
        """The values that were added after the first `known`; how many there are now."""
        more = self.connection.execute("SELECT field, value FROM value WHERE rowid > ?", [known]).fetchall()
        for field, value in more:
            numbered.learn(field, value)
        return known + len(more)

    def follow(self, columns: Columns, postings: Postings) -> int:
        """Add what was written since; the newest document's number."""
        newest: int = self.connection.execute("SELECT max(id) FROM doc").fetchone()[0] or 0
        if newest >= columns.filled:
            replaces, counts, rows, said = array("q"), array("i"), bytearray(), bytearray()
            asked = "SELECT replaces, row, pieces FROM doc WHERE id >= ? ORDER BY id"
            for replaced, row, numbers in self.connection.execute(asked, [columns.filled]):
                replaces.append(replaced)
                counts.append(len(numbers) >> 2)
                rows += row
                said += numbers
            postings.add(bytes(said), counts, columns.filled)
            columns.add(bytes(rows), replaces)
        return newest

    def fields_of_pieces(self, known: int) -> "array[int]":
        """The number of the field of each piece after the first `known`."""
        asked = self.connection.execute("SELECT field FROM piece WHERE id > ? ORDER BY id", [known])
        return array("i", (field for (field,) in asked))

    def digests(self) -> Iterator[tuple[str, int]]:
        yield from self.connection.execute("SELECT key, digest FROM latest WHERE digest != 0")
