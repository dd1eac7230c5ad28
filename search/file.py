"""One file of the embedded engine: SQLite with FTS5 for the words, and a row of bytes for each document's columns.

Texts are kept in pieces, each once for each field, however many documents have it: words are looked for in the pieces,
and the documents of a piece are in memory. A document that changes is written anew under the next number, so nothing is
ever taken out of the words: what has been replaced, or is gone, is left out by its columns. Building the index again
makes it small again.
"""

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from search.analyzer import VERSION, code_tokens, tokens
from search.columns import Columns, Layout, Numbered, Postings
from search.fields import Code, Document, Index, Text, pieces
from search.sounds import initial_tokens, sound_tokens

BATCH = 20_000
WAIT = 30  # seconds for whoever else writes
TABLES = """
    BEGIN;
    CREATE TABLE about (version TEXT NOT NULL);
    CREATE TABLE doc (id INTEGER PRIMARY KEY, key TEXT NOT NULL, replaces INTEGER NOT NULL, row BLOB NOT NULL,
        pieces BLOB NOT NULL);
    CREATE TABLE latest (key TEXT PRIMARY KEY, id INTEGER NOT NULL, version INTEGER NOT NULL, digest INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE value (field TEXT NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL, UNIQUE (field, number));
    CREATE TABLE piece (id INTEGER PRIMARY KEY, field INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (field, text));
    CREATE VIRTUAL TABLE words USING fts5(text, code, sound, initials, content = '', columnsize = 0, prefix = '1',
        tokenize = "ascii tokenchars '|_.'");
    COMMIT;
"""


def layout_version(index: Index) -> str:
    """What a file must have been made for."""
    return f"{index.name} {index.version} {VERSION} {','.join(index.fields)}"


class File:
    """A file opened by one thread."""

    def __init__(self, path: Path, index: Index, *, create: bool = False):
        self.path, self.index, self.layout = path, index, Layout(index)
        self.said = [
            (number, name) for number, name in enumerate(index.fields) if isinstance(index.fields[name], Text | Code)
        ]
        self.connection = sqlite3.connect(
            path if create else f"file:{path}?mode=rw", uri=not create, timeout=WAIT, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
        self.forget()
        if create:
            self.connection.execute("PRAGMA page_size = 8192")
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.executescript(TABLES)
            self.connection.execute("INSERT INTO about VALUES (?)", [layout_version(index)])

    def forget(self) -> None:
        self.numbered, self.known_values = Numbered(), 0
        self.piece_numbers: dict[tuple[int, str], int] = {}

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
        execute, many = self.connection.execute, self.connection.executemany
        last = execute("SELECT max(id) FROM doc").fetchone()[0] or 0
        rows: list[tuple[Any, ...]] = []
        latest: dict[str, tuple[int, int, int]] = {}
        for document in documents:
            asked = "SELECT id, version, digest FROM latest WHERE key = ?"
            known = latest.get(document.key) or execute(asked, [document.key]).fetchone() or (0, -1, 0)
            digest = document.digest()
            if known[1] > document.version or (known[1] == document.version and known[2] == digest):
                continue
            last += 1
            row = self.layout.pack(document, self.numbered)
            rows.append((last, document.key, known[0], row, self._pieces(document)))
            latest[document.key] = (last, document.version, digest)
        many("INSERT INTO value VALUES (?, ?, ?)", self.numbered.new)
        self.known_values += len(self.numbered.new)
        self.numbered.new = []
        many("INSERT INTO doc VALUES (?, ?, ?, ?, ?)", rows)
        many("REPLACE INTO latest VALUES (?, ?, ?, ?)", ((key, *each) for key, each in latest.items()))
        return len(rows)

    def _pieces(self, document: Document) -> bytes:
        """The numbers of a document's pieces; those that are new are written."""
        if document.values is None:
            return b""
        self.index.check(document.values)
        found = array("i")
        for field, name in self.said:
            for text in pieces(document.values[name]):
                number = self.piece_numbers.get((field, text))
                if number is None:
                    number = self.piece_numbers[field, text] = self._piece(field, name, text)
                found.append(number)
        return found.tobytes()

    def _piece(self, field: int, name: str, text: str) -> int:
        execute, kind = self.connection.execute, self.index.fields[name]
        known = execute("SELECT id FROM piece WHERE field = ? AND text = ?", [field, text]).fetchone()
        if known:
            return int(known[0])
        number = execute("INSERT INTO piece (field, text) VALUES (?, ?)", [field, text]).lastrowid or 0
        coded, sounds = isinstance(kind, Code), isinstance(kind, Text) and kind.sounds
        said = (
            code_tokens(text) if coded else (),
            sound_tokens(text) if sounds else (),
            initial_tokens(text) if sounds else (),
        )
        words = [" ".join(each) for each in (() if coded else tokens(text), *said)]
        execute("INSERT INTO words (rowid, text, code, sound, initials) VALUES (?, ?, ?, ?, ?)", [number, *words])
        return number

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
            asked = "SELECT replaces, row, pieces FROM doc WHERE id >= ? ORDER BY id"
            replaces, rows, lists = zip(*self.connection.execute(asked, [columns.filled]).fetchall(), strict=True)
            postings.add(lists, columns.filled)
            columns.add(rows, replaces)
        return newest

    def fields_of_pieces(self, known: int) -> list[int]:
        """The number of the field of each piece after the first `known`."""
        asked = self.connection.execute("SELECT field FROM piece WHERE id > ? ORDER BY id", [known])
        return [field for (field,) in asked]

    def digests(self) -> Iterator[tuple[str, int]]:
        yield from self.connection.execute("SELECT key, digest FROM latest WHERE digest != 0")
