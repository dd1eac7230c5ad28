"""The embedded engine: an index in a file of its own, with everything in this process.

The folder holds the file in use, named by the small file `current`, and while it is built anew the next one beside it.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path

from search.answer import Answer, Shared
from search.fields import Document, Index
from search.file import File, layout_version
from search.question import Found, Question, Unavailable

CURRENT, BUILDING = "current", "building"
SUFFIX = ".sqlite"


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
