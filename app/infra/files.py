"""Files people hand in: stored once under their SHA-256, checked by a real parse, never executed or shown inline."""

import hashlib
import io
import os
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import filetype
import pikepdf
from PIL import Image
from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Row, session
from app.kernel.act import Act
from app.kernel.words import N_

# What may be handed in: extension → media type. OFD is the national fixed-layout format (GB/T 33190), a zip inside.
TYPES = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "zip": "application/zip",
}
NAMES = "PDF, OFD, Word, Excel, JPEG, PNG, ZIP"
INSIDE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "OFD.xml"}

_place: dict[str, object] = {"folder": Path("files"), "limit": 20 * 2**20}


class File(Row):
    """A stored file: its name as handed in, size in bytes, media type, SHA-256, and who handed it in."""

    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[int | None]
    user_id: Mapped[int | None]
    at: Mapped[datetime]


def keep_in(folder: Path, limit_mb: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _place.update(folder=folder, limit=limit_mb * 2**20)


def path_of(sha256: str) -> Path:
    return Path(str(_place["folder"])) / sha256[:2] / sha256


def store(act: Act, name: str, stream: IO[bytes]) -> File:
    """Keep a file on disk (synced before the row exists) and return its row. ValueError says what is wrong with it,
    a msgid and perhaps its places."""
    media, content = checked(name, stream)
    sha256 = keep(content)
    file = File(
        name=shown_name(name),
        size=len(content),
        media=media,
        sha256=sha256,
        at=act.now,
        unit_id=act.actor.unit_id,
        user_id=act.actor.user_id,
    )
    session.add(file)
    session.flush()
    return file


def checked(name: str, stream: IO[bytes]) -> tuple[str, bytes]:
    """The media type and the bytes of a file, which are kept nowhere yet; ValueError as above."""
    limit = int(str(_place["limit"]))
    content = stream.read(limit + 1)
    if len(content) > limit:
        text = N_("The file is too large: it may have at most %(limit)s MB. Split it or make it smaller.")
        raise ValueError(text, {"limit": limit // 2**20})
    if not content:
        raise ValueError(N_("The file is empty. Choose the file again."))
    return media_type(name, content), content


def keep(content: bytes) -> str:
    """Keep bytes on disk under their SHA-256, which is the answer."""
    sha256 = hashlib.sha256(content).hexdigest()
    _write(path_of(sha256), content)
    return sha256


def kept(sha256: str) -> bytes:
    """The bytes again; ValueError when they are gone or have been changed."""
    path = path_of(sha256)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError("the file is gone or has been changed")
    return content


def shown_name(name: str) -> str:
    """A file's name as it may stand in a page and a database: without what cannot be seen, and at most 200 long."""
    return "".join(c for c in name if c.isprintable())[-200:]


def files_by_id(ids: list[int]) -> list[File]:
    """The files with these ids, in this order."""
    found = {file.id: file for file in session.scalars(select(File).where(File.id.in_(ids)))}
    return [found[id] for id in ids if id in found]


def media_type(name: str, content: bytes) -> str:
    """The media type, if name, first bytes and a real parse agree; else ValueError that says what may be handed in."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in TYPES:
        raise ValueError(N_("This file cannot be accepted. Hand in %(types)s."), {"types": NAMES})
    wrong = ValueError(
        N_("This file cannot be accepted: it is damaged, locked or not what its name says. Save it anew and choose it.")
    )
    guess = filetype.guess(content)
    try:
        if ending == "pdf":
            with pikepdf.open(io.BytesIO(content)) as pdf:
                sound = len(pdf.pages) > 0
        elif ending in ("jpg", "jpeg", "png"):
            Image.open(io.BytesIO(content), formats=("JPEG", "PNG")).verify()
            sound = guess is not None and guess.mime == TYPES[ending]
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                sound = ending not in INSIDE or INSIDE[ending] in archive.namelist()
    except Exception as error:
        raise wrong from error
    if not sound:
        raise wrong
    return TYPES[ending]


def _write(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a crash leaves the whole file or none."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(path)


def recall(act: Act, *, id: int, name: str, sha256: str) -> File | None:
    """The row of a file this actor handed in a moment ago; made anew when a refusal rolled it back. None when gone."""
    row = session.get(File, id)
    if row and row.sha256 == sha256 and row.user_id == act.actor.user_id:
        return row
    path = path_of(sha256)
    if not path.exists():
        return None
    with path.open("rb") as content:
        return store(act, name, content)
