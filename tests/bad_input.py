"""What nobody should send and somebody will: bad texts, bad files, bad bodies, and how to send them to a form."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote_from_bytes
from xml.etree.ElementTree import Element

import html5lib
from markupsafe import escape
from werkzeug.datastructures import FileStorage

from tests import make

TEXT, NUMBER, DATE, CHOICE, CHECK, PASSWORD, FILE, HIDDEN = (
    "text", "number", "date", "choice", "check", "password", "file", "hidden",
)  # fmt: skip
WRITTEN = frozenset({TEXT, NUMBER, DATE, PASSWORD})
FIGURES = frozenset({NUMBER, DATE})
LISTED = frozenset({CHOICE})


@dataclass(frozen=True)
class Bad:
    """A value, the kinds of field that must refuse it, and how a page shows what was typed."""

    sent: bytes
    refused_by: frozenset[str]
    shown: str = ""


def bad(text: str | bytes, refused_by: frozenset[str] = FIGURES | LISTED, shown: str | None = None) -> Bad:
    sent = text if isinstance(text, bytes) else text.encode()
    return Bad(sent, refused_by, sent.decode(errors="replace") if shown is None else shown)


# What no field that is written may take, and what only some fields must refuse.
BAD = {
    "a NUL": bad("示例\0示例示例", WRITTEN | LISTED, "示例�示例示例"),
    "control characters": bad("\x1b[31m示例\x07", WRITTEN | LISTED, "�[31m示例�"),
    "broken UTF-8": bad("示例".encode() + b"\xff\xfe\x80", WRITTEN | LISTED, "示例���"),
    "half of a surrogate pair": bad(b"\xed\xa0\x80abc", WRITTEN | LISTED, "���abc"),
    "text that turns around": bad("abc\u202efdp.exe", WRITTEN | LISTED, "abc�fdp.exe"),
    "markup": bad("<script>alert(1)</script>'\"><b>{{ 7*7 }}%(n)s"),
    "a negative amount": bad("-1"),
    "a huge amount": bad("99999999999999999999.99"),
    "not a number": bad("NaN"),
    "an exponent": bad("1e400"),
    "a power that is no digit": bad("²", LISTED),
    "a key beyond 64 bits": bad("9" * 30),
    "five thousand digits": bad("9" * 5000),
    "a day in 1900": bad("1900-01-01"),
    "a day in 2999": bad("2999-12-31"),
    "a day that is none": bad("2026-02-30"),
    "a year of five digits": bad("12026-01-01"),
}
LIKELY = {TEXT: "示例文字" * 10, NUMBER: "1", DATE: "2030-01-01", PASSWORD: "seven green tea houses"}
MILLION = bad("9" * 1_000_000, WRITTEN | LISTED)


@dataclass(frozen=True)
class Field:
    """One name of a form: what kind of input it is, what a browser would send unchanged, and what one may well send."""

    name: str
    kind: str
    id: str
    value: str = ""
    option: str = ""

    @property
    def likely(self) -> str:
        return self.value if self.kind == HIDDEN else self.value or self.option or LIKELY.get(self.kind, "")

    @property
    def column(self) -> str:
        """The name without the numbers of rows: what is the same in each of them."""
        return re.sub(r"[0-9]+", "#", self.name)


@dataclass(frozen=True)
class Page:
    """A form as it stands on its page."""

    action: str
    fields: tuple[Field, ...]

    def likely(self) -> dict[str, bytes]:
        """The form as somebody fills it in who has nothing bad in mind."""
        return {one.name: one.likely.encode() for one in self.fields if one.kind not in (FILE, HIDDEN)}

    def filled(self, **bad: bytes) -> list[tuple[str, bytes]]:
        """What a browser would send, with some values replaced."""
        known = [(one.name, bad.get(one.name, one.value.encode())) for one in self.fields if one.kind != FILE]
        return known + [(name, value) for name, value in bad.items() if name not in dict(known)]

    def of_kind(self, *kinds: str) -> list[Field]:
        return [one for one in self.fields if one.kind in kinds]


def forms_of(text: str) -> Iterator[Page]:
    """The forms of a page that are sent by POST."""
    root = html5lib.parse(text, namespaceHTMLElements=False)
    for form in root.iter("form"):
        if form.get("method") == "post":
            fields: dict[Any, Field] = {}
            for one in _fields(form):
                fields.setdefault((one.name, one.value) if one.kind == HIDDEN else one.name, one)
            yield Page(form.get("action") or "", tuple(fields.values()))


def _fields(form: Element) -> Iterator[Field]:
    for one in form.iter():
        name, id = one.get("name"), one.get("id") or ""
        if not name or name.endswith(("-more", "-drop")):
            continue
        if one.tag == "textarea":
            yield Field(name, TEXT, id, "".join(one.itertext()))
        elif one.tag == "select":
            chosen = [line.get("value") or "" for line in one.iter("option") if line.get("selected") is not None]
            options = [line.get("value") or "" for line in one.iter("option")]
            yield Field(name, CHOICE, id, (chosen or [""])[0], max(options, default=""))
        elif one.tag in ("input", "button"):
            yield Field(name, _kind(one), id, one.get("value") or "")


def _kind(one: Element) -> str:
    kind = "hidden" if one.tag == "button" else one.get("type") or "text"
    if kind == "text":
        return NUMBER if one.get("inputmode") in ("numeric", "decimal") else TEXT
    return {"radio": CHOICE, "checkbox": CHECK}.get(kind, kind)


def encoded(pairs: list[tuple[str, bytes]]) -> dict[str, Any]:
    """A body as a browser sends it for a form without files, byte for byte."""
    body = b"&".join(
        quote_from_bytes(name.encode()).encode() + b"=" + quote_from_bytes(v).encode() for name, v in pairs
    )
    return {"data": body, "content_type": "application/x-www-form-urlencoded"}


def in_parts(pairs: list[tuple[str, bytes]]) -> dict[str, Any]:
    """A body as a browser sends it for a form with files, byte for byte."""
    part = b'--part\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = b"".join(part % (name.encode(), value) for name, value in pairs) + b"--part--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=part"}


def complaint(text: str, field: Field) -> str:
    """What is wrong with how a page refuses a field: its message must stand beside it and be read with it."""
    id = re.escape(field.id)
    message = re.search(rf'id="{id}-error">(.*?)</p>', text, re.S)
    if not message or not re.sub(r"<span.*?</span>", "", message[1]).strip():
        return f"{field.name}: no message beside the field"
    if not re.search(rf'aria-describedby="[^"]*\b{id}-error\b', text):
        return f"{field.name}: nothing says that the message belongs to the field"
    if f'href="#{field.id}"' not in text:
        return f"{field.name}: the summary does not lead to the field"
    return ""


def keeps(text: str, field: Field, shown: str) -> bool:
    """Whether the field still shows what was typed."""
    tag = re.search(rf'<(input|textarea)\b[^>]*\bname="{re.escape(field.name)}"[^>]*>([^<]*)', text)
    if tag is None or field.kind == PASSWORD:
        return field.kind == PASSWORD
    if tag[1] == "textarea":
        return unescape(tag[2]).removeprefix("\n") == shown
    return f'value="{escape(shown)}"' in tag[0]


# --- files ------------------------------------------------------------------------------------------------------------


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def files_refused(limit: int) -> Mapping[str, tuple[str, bytes]]:
    """What nobody may hand in, as (name, content); `limit` is the size in bytes that is still taken."""
    pdf = make.content()
    return {
        "an empty file": ("paper.pdf", b""),
        "a file too large": ("paper.pdf", pdf + b"\0" * limit),
        "a programme": ("paper.exe", b"MZ\x90\0" + bytes(100)),
        "a programme that says it is a PDF": ("paper.pdf", b"MZ\x90\0" + bytes(100)),
        "half a PDF": ("paper.pdf", b"%PDF-1.7\n1 0 obj\n<<"),
        "a PDF that says it is a picture": ("paper.png", pdf),
        "half a picture": ("paper.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        "a picture that says it is a PDF": ("paper.pdf", b"\x89PNG\r\n\x1a\n"),
        "any ZIP that says it is a letter": ("paper.docx", zipped(anything=b"x")),
        "half a ZIP": ("paper.zip", zipped(anything=b"x" * 1000)[:50]),
        "a page of the web": ("paper.html", b"<script>alert(1)</script>"),
        "no ending": ("paper", pdf),
    }


# Names that come with a sound file: whatever is made of them, it is not an error of ours.
NAMES = (
    "../../../etc/passwd.pdf", "示\0例.pdf", "\x1b[31m.pdf", "a" * 10_000 + ".pdf", ".pdf", "<b>.pdf", "示例.PDF",
    "\u202efdp.pdf",
)  # fmt: skip


def upload(name: str, content: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)
