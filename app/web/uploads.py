"""File fields that keep what was handed in: a form that fails shows the file again instead of asking for it again."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, ClassVar, Protocol

import flask
from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from wtforms.utils import unset_value

from app.kernel.words import N_
from app.web.drawn import Drawn, Question, refuse
from app.web.said import said

# What people call the files with these endings.
NAMES = {".docx": "Word", ".xlsx": "Excel", ".jpg": "JPEG"}
KEPT_FOR_SECONDS = 24 * 60 * 60


class StoredFile(Protocol):
    """A file that is on disk: its row, name as handed in, size in bytes and SHA-256."""

    id: Any
    name: Any
    size: Any
    sha256: Any


class Request(flask.Request):
    """A request whose files stay in memory on the pages that seal them: a large one would else lie open on the disk,
    nameless, while it is read. `sealed_rooms` are the blueprints of those pages."""

    sealed_rooms: ClassVar[frozenset[str]] = frozenset()

    def _get_file_stream(self, *known: Any, **more: Any) -> IO[bytes]:
        return BytesIO() if self.blueprint in self.sealed_rooms else super()._get_file_stream(*known, **more)


@dataclass(frozen=True)
class Kept:
    """What a form remembers of a stored file between two submits."""

    id: int
    name: str
    size: int
    sha256: str


def _not_plugged(upload: FileStorage) -> StoredFile:
    raise LookupError("nobody has said where files are stored")


def _as_kept(kept: Kept) -> StoredFile | None:
    return kept  # type: ignore[return-value]


class FileField(Question):
    """One file; data is a StoredFile or None.

    `FileField.store` keeps an upload and returns its row, ValueError (a msgid and its places) says
    what is wrong with it.
    `FileField.recall` turns a remembered file into its row again, or None when it is gone or someone else's; a failed
    submit rolls the row back, so it may have to make the row anew from the content with that SHA-256.
    `FileField.whose` is whom the form is drawn for: what it remembers is of no use to anybody else.
    All are plugged in by the factory.
    """

    whose: ClassVar[Callable[[], int | None]] = lambda: None
    store: ClassVar[Callable[[FileStorage], StoredFile]] = _not_plugged
    recall: ClassVar[Callable[[Kept], StoredFile | None]] = _as_kept

    widget = Drawn("file")
    missing = N_("Choose a file for “%(label)s”.")
    multiple = False
    most = 1

    def __init__(self, label: Any = None, validators: Any = None, *, accept: str = "", **options: Any):
        super().__init__(label, validators, **options)
        self.accept = accept
        self.files: list[StoredFile] = []
        self.refused = False

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        given = [] if data is unset_value or data is None else data
        self.object_data = given
        if formdata is None:
            self.files = list(given) if isinstance(given, list | tuple) else [given]
            self._settle()
            return
        kept = [file for token in formdata.getlist(self.kept_name) if (file := self._remembered(token))]
        fresh = [file for file in formdata.getlist(self.name) if isinstance(file, FileStorage) and file.filename]
        stored = [file for upload in fresh if (file := self._stored(upload))]
        self.files = kept + stored if self.multiple else (stored or kept)[-1:]
        if len(self.files) > self.most:
            self.process_errors.append(said(N_("Hand in at most %(most)s files: untick the others."), most=self.most))
        self._settle()

    @property
    def kept_name(self) -> str:
        return f"{self.name}-kept"

    @property
    def kept(self) -> list[tuple[str, StoredFile]]:
        """(token, file) of every file handed in so far, to be drawn again."""
        return [(_signer().dumps([f.id, f.name, f.size, f.sha256]), f) for f in self.files]

    @property
    def again(self) -> list[str]:
        return [self.title] if self.refused else []

    def blank(self) -> bool:
        return not self.files

    def _settle(self) -> None:
        self.data = self.files[0] if self.files else None

    def _stored(self, upload: FileStorage) -> StoredFile | None:
        try:
            self._check_ending(upload)
            return self.take(upload)
        except ValueError as error:
            text, *places = error.args
            listed = {
                name: str(one).replace(", ", said(N_(", "))) for name, one in (places[0] if places else {}).items()
            }
            why = said(text, **listed)
            self.process_errors.append(said(N_("“%(name)s”: %(why)s"), name=(upload.filename or "")[-80:], why=why))
            self.refused = True
            return None

    def _check_ending(self, upload: FileStorage) -> None:
        """Say which types this field takes, where it takes fewer than the service does."""
        endings = self.accept.split(",")
        if self.accept and f".{(upload.filename or '').rsplit('.', 1)[-1].lower()}" not in endings:
            names = dict.fromkeys(NAMES.get(ending, ending.removeprefix(".").upper()) for ending in endings)
            raise ValueError(N_("This file cannot be accepted. Hand in %(types)s."), {"types": ", ".join(names)})

    def take(self, upload: FileStorage) -> Any:
        return FileField.store(upload)

    def _remembered(self, token: str) -> StoredFile | None:
        try:
            kept = Kept(*_signer().loads(token, max_age=KEPT_FOR_SECONDS))
        except BadData:
            return None
        return FileField.recall(kept)


class FilesField(FileField):
    """Several files; data is a list of StoredFile, in the order handed in."""

    multiple = True

    def __init__(self, label: Any = None, validators: Any = None, *, most: int = 20, **options: Any):
        super().__init__(label, validators, **options)
        self.most = most

    def _settle(self) -> None:
        self.data = self.files

    def check(self) -> None:
        if len(self.files) > self.most:
            raise refuse(N_("Hand in at most %(most)s files: untick the others."), most=self.most)


class SealedFilesField(FilesField):
    """Several files that nobody may find before their time: they are read into memory, not stored, so that a form that
    fails asks for them again. `SealedFilesField.read` says what an upload is, or ValueError as above."""

    read: ClassVar[Callable[[FileStorage], Any]] = _not_plugged

    def take(self, upload: FileStorage) -> Any:
        return SealedFilesField.read(upload)

    @property
    def kept(self) -> list[tuple[str, StoredFile]]:
        return []

    @property
    def again(self) -> list[str]:
        return [self.title] if self.refused or self.files else []

    def _remembered(self, token: str) -> None:
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"kept-file-{FileField.whose()}")
