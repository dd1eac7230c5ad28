"""Files people hand in: what is accepted, kept once and whole, and found again by whoever handed it in."""

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from app.infra import files
from app.infra.db import session
from app.infra.files import File, files_by_id, media_type, path_of, recall, shown_name, store
from app.kernel.act import VISITOR, Act
from tests import make
from tests.staging import NOW


def image(form: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, form)
    return stream.getvalue()


def archive(*names: str, content: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return stream.getvalue()


def huge_png() -> bytes:
    """A few bytes that claim to be a picture of 60,000 × 60,000 dots."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def encrypted_pdf() -> bytes:
    pdf, stream = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(stream, encryption=pikepdf.Encryption(owner="a", user="b"))
    return stream.getvalue()


def empty_pdf() -> bytes:
    pdf, stream = pikepdf.new(), io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


# fmt: off
SOUND: list[tuple[str, Callable[[], bytes], str]] = [
    ("report.pdf",   make.content,                                  "application/pdf"),
    ("REPORT.PDF",   make.content,                                  "application/pdf"),
    ("扫描件.jpg",    lambda: image("JPEG"),                         "image/jpeg"),
    ("scan.jpeg",    lambda: image("JPEG"),                         "image/jpeg"),
    ("scan.png",     lambda: image("PNG"),                          "image/png"),
    ("letter.docx",  lambda: archive("word/document.xml", "a.xml"),
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("table.xlsx",   lambda: archive("xl/workbook.xml"),
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("report.ofd",   lambda: archive("OFD.xml"),                    "application/ofd"),
    ("annexes.zip",  lambda: archive("any.thing"),                  "application/zip"),
]
WRONG: list[tuple[str, Callable[[], bytes]]] = [
    ("page.html",    lambda: b"<script>alert(1)</script>"),
    ("drawing.svg",  lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("program.exe",  lambda: b"MZ" + bytes(200)),
    ("none",         make.content),
    ("report.",      make.content),
    ("report.pdf.exe", make.content),
    ("fake.pdf",     lambda: b"%PDF-1.7 and nothing more"),
    ("fake.pdf",     lambda: b"<html>not a report</html>"),
    ("fake.pdf",     lambda: image("PNG")),
    ("locked.pdf",   encrypted_pdf),
    ("empty.pdf",    empty_pdf),
    ("fake.png",     lambda: image("JPEG")),
    ("fake.jpg",     lambda: image("PNG")),
    ("fake.jpg",     lambda: image("GIF")),
    ("fake.png",     lambda: b"\x89PNG\r\n\x1a\n"),
    ("huge.png",     huge_png),
    ("fake.docx",    lambda: archive("xl/workbook.xml")),
    ("fake.xlsx",    lambda: archive("word/document.xml")),
    ("fake.ofd",     lambda: archive("anything.xml")),
    ("fake.docx",    make.content),
    ("fake.zip",     lambda: b"PK\x03\x04" + bytes(100)),
    ("cut.zip",      lambda: archive("a.txt", content=os.urandom(1000))[:-40]),
]
# fmt: on


@pytest.mark.parametrize("name, content, media", SOUND)
def test_a_sound_file_is_what_its_name_says(name: str, content: Callable[[], bytes], media: str):
    assert media_type(name, content()) == media


@pytest.mark.parametrize("name, content", WRONG)
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, content: Callable[[], bytes]):
    with pytest.raises(ValueError, match="This file cannot be accepted"):
        media_type(name, content())


def test_an_archive_that_unpacks_to_very_much_is_never_unpacked(app: Flask):
    """Sixty million bytes in some sixty thousand: only the list of names is read."""
    bomb = archive("word/document.xml", content=bytes(60_000_000))
    assert len(bomb) < 100_000
    file = store(make.act(make.unit()), "bomb.docx", io.BytesIO(bomb))
    assert path_of(file.sha256).stat().st_size == len(bomb)


def test_a_file_is_kept_under_its_hash_with_who_handed_it_in_and_when(app: Flask):
    by = make.act(make.unit())
    file = store(by, "成果报告.pdf", io.BytesIO(make.content()))
    told = (file.name, file.size, file.media, file.unit_id, file.user_id, file.at)
    assert told == ("成果报告.pdf", len(make.content()), "application/pdf", by.actor.unit_id, by.actor.user_id, NOW)
    assert file.sha256 == hashlib.sha256(make.content()).hexdigest()
    assert path_of(file.sha256).read_bytes() == make.content()


def test_the_same_content_is_kept_once_and_leaves_no_draft_behind(app: Flask):
    by = make.act(make.unit())
    content = image("PNG")
    stored = [store(by, f"{number}.png", io.BytesIO(content)) for number in range(2)]
    folder = path_of(stored[0].sha256).parent
    assert stored[0].id != stored[1].id and stored[0].sha256 == stored[1].sha256
    assert [path.name for path in folder.iterdir() if path.name.startswith(("tmp", stored[0].sha256))] == [
        stored[0].sha256
    ]


@pytest.mark.parametrize("size, says", [(0, "The file is empty"), (2**20 + 1, "The file is too large")])
def test_an_empty_and_an_oversized_file_are_refused_and_not_kept(app: Flask, size: int, says: str, tmp_path: Path):
    before = dict(files._place)
    files.keep_in(tmp_path / "files", 1)
    try:
        with pytest.raises(ValueError, match=says):
            store(make.act(make.unit()), "report.pdf", io.BytesIO(bytes(size)))
    finally:
        files._place.update(before)
    assert list((tmp_path / "files").iterdir()) == []
    assert session.scalar(select(func.count()).select_from(File)) == 0


def test_an_oversized_file_is_not_read_to_its_end(app: Flask):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0, "asked for everything"
            self.given += size
            return bytes(size)

    stream = Endless()
    with pytest.raises(ValueError, match="too large"):
        store(make.act(make.unit()), "report.pdf", stream)  # type: ignore[arg-type]
    assert stream.given == int(str(files._place["limit"])) + 1


@pytest.mark.parametrize(
    "name, shown",
    [("a\u202efdp.exe", "afdp.exe"), ("a\x00b\n.pdf", "ab.pdf"), ("长" * 300 + ".pdf", "长" * 196 + ".pdf")],
)
def test_a_name_is_shown_without_what_cannot_be_seen_and_keeps_its_end(name: str, shown: str):
    assert shown_name(name) == shown


def test_files_come_in_the_order_asked_for_and_without_those_that_are_none(app: Flask):
    owner = make.unit()
    first, second = make.file(owner, "1.pdf"), make.file(owner, "2.pdf")
    assert files_by_id([second.id, 10**6, first.id]) == [second, first]


def test_a_file_is_recalled_by_whoever_handed_it_in(app: Flask):
    owner = make.unit()
    file = make.file(owner)
    assert recall(make.act(owner), id=file.id, name=file.name, sha256=file.sha256) is file


def test_a_file_whose_row_a_refusal_undid_gets_a_new_one(app: Flask):
    owner = make.unit()
    make.keep()
    by = make.act(owner)
    file = store(by, "report.pdf", io.BytesIO(make.content()))
    id, sha256 = file.id, file.sha256
    session.rollback()
    again = recall(by, id=id, name="report.pdf", sha256=sha256)
    assert again and (again.name, again.sha256, again.user_id) == ("report.pdf", sha256, by.actor.user_id)


def test_a_row_that_is_somebody_elses_is_never_handed_on(app: Flask):
    """A refusal undid the row and its number was given to another's file: the content counts, not the number."""
    theirs, mine = make.file(make.unit(), "theirs.pdf"), make.act(make.unit())
    again = recall(mine, id=theirs.id, name="mine.pdf", sha256=theirs.sha256)
    assert again and again.id != theirs.id and (again.name, again.user_id) == ("mine.pdf", mine.actor.user_id)


def test_a_file_whose_content_is_gone_is_gone(app: Flask):
    owner = make.unit()
    assert recall(make.act(owner), id=1, name="report.pdf", sha256="0" * 64) is None


def test_a_folder_is_made_where_files_are_kept(app: Flask, tmp_path: Path):
    before = dict(files._place)
    try:
        files.keep_in(tmp_path / "a" / "b", 1)
        assert (tmp_path / "a" / "b").is_dir()
    finally:
        files._place.update(before)


def test_a_visitor_may_hand_in_a_file_when_applying(app: Flask):
    file = store(Act(VISITOR, NOW), "licence.pdf", io.BytesIO(make.content()))
    assert (file.user_id, file.unit_id) == (None, None)
