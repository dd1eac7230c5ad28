"""A person with a plain browser: reads pages, fills in forms, and sends a form again when no answer came."""

import http.client
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

LONGEST_WAIT = 60.0
AGAIN = 0.05
NO_ANSWER = (OSError, http.client.HTTPException)

Fields = dict[str, list[str]]
Typed = Mapping[str, Any] | Callable[[Fields], Mapping[str, Any]]


@dataclass(frozen=True)
class Acknowledged:
    """A form the service has answered with a yes: whose, its token, where it led, and the event that it must be."""

    username: str
    once: str
    location: str
    event: str


@dataclass
class Book:
    """What all people were told together, and how often they had to ask again."""

    told: list[Acknowledged] = field(default_factory=list)
    sent_again: int = 0


@dataclass
class Answer:
    status: int
    location: str
    text: str


class Visitor:
    """One signed-in person in a window of their own."""

    def __init__(self, port: int, username: str, password: str, book: Book):
        self.port, self.username, self.password, self.book = port, username, password, book
        self.cookie, self.inside = "", False

    def send(self, page: str, typed: Typed, event: str, *, to: str = "") -> str:
        """Fill in the form on a page that goes `to` an address, or back to the page, and send it until there is an
        answer. Returns where it led; an answer that is not a yes is an error."""
        form = form_on(self.read(page), to or page)
        fields = fields_of(form)
        filled = typed(fields) if callable(typed) else typed
        boundary, body = encode_multipart({name: value for name, value in (fields | dict(filled)).items() if value})
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        answer = self.ask("POST", to or page, body, headers)
        if answer.status != 303:
            raise AssertionError(f"{self.username} got {answer.status} from {to or page}: {words_of(answer.text)}")
        self.book.told.append(Acknowledged(self.username, fields["once"][0], answer.location, event))
        return answer.location

    def read(self, page: str) -> Element:
        if not self.inside:
            self.sign_in()
        answer = self.ask("GET", page)
        if answer.status != 200:
            raise AssertionError(f"{self.username} got {answer.status} from {page}: {words_of(answer.text)}")
        root: Element = html5lib.parse(answer.text, namespaceHTMLElements=False)
        return root

    def sign_in(self) -> None:
        """Until it worked: a lost answer takes the cookie with it."""
        while self.ask("GET", "/me").status != 200:
            page = html5lib.parse(self.ask("GET", "/sign-in").text, namespaceHTMLElements=False)
            form = form_on(page, "/sign-in")
            typed = fields_of(form) | {"typed": self.username, "password": self.password}
            boundary, body = encode_multipart(typed)
            self.ask("POST", "/sign-in", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        self.inside = True

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Ask until the whole answer is here."""
        ends = datetime.now(UTC).timestamp() + LONGEST_WAIT
        while True:
            try:
                return self._ask(method, path, body, dict(headers or {}))
            except NO_ANSWER as error:
                if datetime.now(UTC).timestamp() > ends:
                    raise AssertionError(f"no answer from {path}") from error
                self.book.sent_again += method == "POST" and not isinstance(error, ConnectionRefusedError)
                Event().wait(AGAIN)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_WAIT)
        try:
            connection.request(method, path, body or None, headers | {"Cookie": self.cookie, "Connection": "close"})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            name, value = line.split(";")[0].split("=", 1)
            if name == "session":
                self.cookie = f"{name}={value}"
        return Answer(response.status, response.headers.get("Location", ""), text)


def form_on(page: Element, address: str) -> Element:
    """The form of a page that goes to an address."""
    forms = [one for one in page.iter("form") if one.get("method") == "post" and one.get("action") in ("", address)]
    if len(forms) != 1:
        raise AssertionError(f"{len(forms)} forms go to {address} on the page “{words_of_all(page)}”")
    return forms[0]


def fields_of(form: Element) -> Fields:
    """Name → what a browser would send if nothing were changed; the names of fields that are empty are there too."""
    found: Fields = {}
    for one in form.iter():
        name, kind = one.get("name"), one.get("type") or "text"
        if not name or one.tag not in ("input", "textarea", "select") or kind == "submit":
            continue
        values = found.setdefault(name, [])
        if one.tag == "textarea":
            values.append("".join(one.itertext()))
        elif one.tag == "select":
            values += [line.get("value") or "" for line in one.iter("option") if line.get("selected") is not None]
        elif kind in ("checkbox", "radio"):
            values += [one.get("value") or ""] if one.get("checked") is not None else []
        elif kind != "file":
            values.append(one.get("value") or "")
    return found


def paper(content: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename="paper.pdf")


def words_of(text: str) -> str:
    return words_of_all(html5lib.parse(text, namespaceHTMLElements=False))


def words_of_all(page: Element) -> str:
    main = page.find(".//main")
    return " ".join("".join((page if main is None else main).itertext()).split())[:400]
