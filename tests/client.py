"""A test client that reads every page it fetches as a browser would, and fails on bad HTML."""

import re
import secrets
from collections import Counter
from hashlib import sha256
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from itsdangerous import URLSafeTimedSerializer

# What differs between two pages that are alike: their tokens, and where the language form leads back to.
PASSING = re.compile(r'(name="(?:csrf_token|once|next)") value="[^"]+"')
# Words between tags, addresses, values and days: what is right or wrong with a page does not depend on which they are.
TEXT = re.compile(r">([^<>&]*[^<>&\s][^<>&]*)<")
ADDRESS = re.compile(r' (href|action|value|datetime)="[^"<>&]+"')
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}


class CheckedClient(FlaskClient):
    """Posts carry the anti-forgery token of this session by themselves; `csrf=False` leaves it out."""

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> Any:
        if csrf and kwargs.get("method") in ("POST", "PUT", "PATCH", "DELETE") and "json" not in kwargs:
            given = kwargs.get("data")
            if given is None or isinstance(given, dict):
                kwargs["data"] = {"csrf_token": self.csrf_token()} | (given or {})
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in range(300, 400):
            problems = problems_of(PASSING.sub(r'\1 value="passing"', response.text))
            assert not problems, f"{response.request.path}: " + "; ".join(problems)
        return response

    def csrf_token(self) -> str:
        app: Flask = self.application
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        signed = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(raw)
        return signed if isinstance(signed, str) else signed.decode()


_read: dict[bytes, tuple[str, ...]] = {}


def problems_of(text: str) -> tuple[str, ...]:
    """What is wrong with a page or, when it has no doctype, with a part of one. A page that differs in its words and
    addresses alone from one seen before is not read again: that would take longer than to make it."""
    key = sha256(ADDRESS.sub(r' \1="x"', TEXT.sub(">x<", text)).encode()).digest()
    if key not in _read:
        _read[key] = _problems(text)
    return _read[key]


def _problems(text: str) -> tuple[str, ...]:
    whole = text.lstrip().lower().startswith("<!doctype html>")
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    try:
        root = parser.parse(text) if whole else parser.parseFragment(text)
    except ParseError as error:
        line, column = parser.errors[-1][0] if parser.errors else (0, 0)
        return (f"line {line}, column {column}: {error}",)
    found = _page_problems(root) if whole else []
    return (*found, *_id_problems(root), *_form_problems(root), *_label_problems(root))


def _page_problems(root: Element) -> list[str]:
    found = []
    if not root.get("lang"):
        found.append("html has no lang")
    if not words(root.find(".//title")):
        found.append("the title is empty")
    headings = root.findall(".//h1")
    if len(headings) != 1 or not words(headings[0]):
        found.append(f"{len(headings)} h1 instead of one with words")
    return found


def _id_problems(root: Element) -> list[str]:
    ids = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
    found = [f"id {name!r} is used {times} times" for name, times in ids.items() if times > 1]
    for element in root.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            missing = [name for name in (element.get(attribute) or "").split() if name not in ids]
            found += [f"{attribute} names {name!r}, which is not there" for name in missing]
    return found


def _form_problems(root: Element) -> list[str]:
    found = []
    for form in root.iter("form"):
        method = (form.get("method") or "").lower()
        if method not in ("get", "post") or form.get("action") is None:
            found.append("a form without method or action")
        tokens = form.findall(".//input[@name='csrf_token']")
        if method == "post" and (len(tokens) != 1 or not tokens[0].get("value")):
            found.append(f"the form to {form.get('action')} has {len(tokens)} csrf_token fields instead of one")
        if method == "get" and tokens:
            found.append(f"the form to {form.get('action')} shows its csrf_token in the address")
    return found


def _label_problems(root: Element) -> list[str]:
    labelled = {label.get("for") for label in root.iter("label") if words(label)}
    wrapped = {id(inner) for label in root.iter("label") if words(label) for inner in label.iter()}
    found = []
    for element in root.iter():
        if element.tag not in ("input", "select", "textarea") or element.get("type") in UNLABELLED:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby")
        if not (named or element.get("id") in labelled or id(element) in wrapped):
            found.append(f"{element.tag} {element.get('name')!r} has no label")
    return found


def words(element: Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""
