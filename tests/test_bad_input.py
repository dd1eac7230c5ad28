"""Bad input everywhere: every form and every question of the application times everything that is bad."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.credit.models import CreditEvent
from app.infra import db, files
from app.jobs.models import Job
from app.web import answers
from tests import make
from tests.bad_input import (
    BAD,
    CHECK,
    CHOICE,
    FILE,
    HIDDEN,
    MILLION,
    NAMES,
    TEXT,
    Bad,
    Field,
    Page,
    complaint,
    encoded,
    files_refused,
    forms_of,
    in_parts,
    keeps,
    upload,
)
from tests.client import CheckedClient
from tests.test_access import SCENES, TABLE, Cast, address, at, gathered, methods_of

SCENE_NAMES = list(dict.fromkeys(scene for _, scene, *_ in TABLE))
GUARDS = {"csrf_token", "once"}
# A change of scope may take days away.
BELOW_NOTHING = ("alterations.change_scope", "days", "a negative amount")
# A transcript may be as long as the longest list of entrants.
TAKES_A_MILLION = {"/check"}
SMALL = 2**15
# Of so many fields that are bad alone one tries each value: they are of few kinds.
ALONE = 2


@dataclass
class Walk:
    """Somebody before a door: the address, and a client that sends bytes as they are."""

    endpoint: str
    path: str
    client: FlaskClient
    token: str
    methods: list[str]

    def get(self) -> TestResponse:
        return self.client.get(self.path)

    def post(self, page: Page, how: Callable[..., dict[str, Any]] = in_parts, **bad: bytes) -> TestResponse:
        return self.client.post(self.path, **how(page.filled(**{"csrf_token": self.token.encode()} | bad)))

    def page(self) -> Page:
        """The form that this door takes, as its own page shows it; one without fields if it has no page."""
        answer = self.get() if "GET" in self.methods else None
        if answer is not None and answer.status_code == 200:
            for form in forms_of(answer.text):
                if form.action in ("", self.path):
                    return form
        return Page(self.path, (Field("csrf_token", HIDDEN, ""), Field("once", HIDDEN, "", "")))


@pytest.fixture
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody finds the scene as it was."""
    monkeypatch.setattr(answers, "settle", lambda keep: db.settle(False))


@pytest.fixture
def walks(app: Flask, as_user: Callable[..., CheckedClient], nothing_is_kept: None) -> Callable[..., Iterator[Walk]]:
    """`walks(scene, "POST")`: every door of the scene that takes the method, with somebody who may enter."""

    def all_of(scene: str, method: str) -> Iterator[Walk]:
        cast = on_stage(app, scene)
        clients: dict[str, tuple[FlaskClient, str]] = {}
        things = {name: thing.id for name, thing in cast.things.items()}
        for endpoint, _, may, _ in (line for line in TABLE if line[1] == scene):
            if may and method in methods_of(app, endpoint):
                if may[0] not in clients:
                    clients[may[0]] = plain(app, as_user(cast.people.get(may[0])))
                model = app.view_functions[endpoint].model  # type: ignore[attr-defined]
                path = address(app, endpoint, things[model.__name__] if model else things.get("id"))
                yield Walk(endpoint, path, *clients[may[0]], methods_of(app, endpoint))

    return all_of


def on_stage(app: Flask, scene: str) -> Cast:
    cast = gathered(admitted=not scene.startswith("appli"))
    SCENES.get(scene, at(scene))(cast)
    if job := cast.things.get(Job.__name__):
        app.config["CLOCK"] = lambda: make.later(job)
    if event := cast.things.get(CreditEvent.__name__):
        since = event.state_since
        app.config["CLOCK"] = lambda: since
    make.keep()
    return cast


def plain(app: Flask, checked: CheckedClient) -> tuple[FlaskClient, str]:
    """The same person with a client that adds nothing and reads nothing, and their anti-forgery token."""
    token = checked.csrf_token()
    client = FlaskClient(app, app.response_class)
    cookie = checked.get_cookie("session")
    assert cookie
    client.set_cookie(cookie.key, cookie.value)
    return client, token


# --- forms ------------------------------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.one_database
@pytest.mark.parametrize("scene", SCENE_NAMES)
def test_no_form_takes_what_is_bad_and_each_says_so_beside_the_field(scene: str, walks: Any, at_scale: Any) -> None:
    """The sample tries a part of what is bad on each form, another part on the next."""
    parts, wrong = at_scale(8, 1), []
    for number, walk in enumerate(walks(scene, "POST"), SCENE_NAMES.index(scene)):
        wrong += tried(walk, list(BAD)[number % parts :: parts], at_scale(number, None))
    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("scene", SCENE_NAMES)
def test_neither_does_it_on_any_database(scene: str, walks: Any) -> None:
    wrong = [found for walk in walks(scene, "POST") for found in tried(walk, list(BAD))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scene", ["draft", "objected"])
def test_no_database_is_asked_what_it_cannot_answer(scene: str, walks: Any) -> None:
    values = ["a NUL", "half of a surrogate pair", "a key beyond 64 bits", "a huge amount", "a day in 1900"]
    wrong = [found for walk in walks(scene, "POST") for found in tried(walk, values)]
    assert not wrong, "\n".join(wrong)


def tried(walk: Walk, values: list[str], turn: int | None = None) -> Iterator[str]:
    """What goes wrong with these values; a million characters are tried on each kind of field, or one whose `turn` it
    is."""
    page = walk.page()
    visible = [one for one in page.fields if one.name not in GUARDS and one.kind not in (HIDDEN, FILE, CHECK)]
    for says in values:
        bad = BAD[says]
        answer = walk.post(page, **{one.name: bad.sent for one in visible})
        yield from judged(walk, says, bad, visible, answer)
        everywhere = {one.name: bad.sent for one in page.fields if one.name != "csrf_token"}
        yield from crashed(walk, f"{says} everywhere", walk.post(page, encoded, **everywhere))
    for number, field in enumerate({one.column: one for one in visible}.values()):
        for says in values[number % ALONE :: ALONE]:
            answer = walk.post(page, **page.likely() | {field.name: BAD[says].sent})
            yield from judged(walk, f"{says} in {field.name} alone", BAD[says], [field], answer)
    kinds = list({one.kind: one for one in visible}.values())
    for field in kinds if turn is None else kinds[turn % max(len(kinds), 1) :][:1]:
        answer = walk.post(page, encoded, **{field.name: MILLION.sent})
        yield from judged(walk, "a million characters", MILLION, [field], answer)


def judged(walk: Walk, says: str, bad: Bad, fields: list[Field], answer: TestResponse) -> Iterator[str]:
    yield from crashed(walk, says, answer)
    refused = [one for one in fields if one.kind in bad.refused_by]
    refused = [one for one in refused if (walk.endpoint, one.name, says.partition(" in ")[0]) != BELOW_NOTHING]
    if answer.status_code < 400 and (not refused or (bad is MILLION and walk.path in TAKES_A_MILLION)):
        return
    if refused and answer.status_code != 422:
        yield f"{walk.endpoint}: {says} is answered with {answer.status_code}"
        return
    for field in refused:
        if problem := complaint(answer.text, field):
            yield f"{walk.endpoint}: {says}: {problem}"
    for field in fields:
        if field.kind not in (CHOICE, FILE) and not keeps(answer.text, field, bad.shown):
            yield f"{walk.endpoint}: {says}: {field.name} has lost what was typed"


def crashed(walk: Walk, says: str, answer: TestResponse) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"{walk.endpoint}: {says} is answered with {answer.status_code}"


@pytest.mark.one_database
def test_every_form_is_found_on_its_page(walks: Any) -> None:
    """The control: were the forms overlooked, nothing could be wrong with them."""
    found = {walk.endpoint: walk.page() for walk in walks("market", "POST") if "GET" in walk.methods}
    assert {name for name, page in found.items() if not page.of_kind(TEXT, CHOICE, "password")} == {"jobs.new"}
    assert found["jobs.new"].of_kind(HIDDEN)


# --- files ------------------------------------------------------------------------------------------------------------


WITH_FILES = ("application", "selected", "awarded", "materials", "in_service")


@pytest.mark.parametrize("scene", WITH_FILES)
def test_no_form_takes_a_bad_file(scene: str, walks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files._place, "limit", SMALL)
    wrong, forms = [], 0
    for walk in walks(scene, "POST"):
        page = walk.page()
        forms += bool(page.of_kind(FILE))
        wrong += [found for field in page.of_kind(FILE)[:2] for found in with_files(walk, page, field)]
    assert forms
    assert not wrong, "\n".join(wrong)


def with_files(walk: Walk, page: Page, field: Field) -> Iterator[str]:
    likely: dict[str, Any] = {}
    for name, value in page.filled(**page.likely()):
        likely.setdefault(name, []).append(value.decode())
    likely["csrf_token"] = walk.token
    for says, (name, content) in files_refused(SMALL).items():
        answer = walk.client.post(walk.path, data=likely | {field.name: upload(name, content)})
        yield from judged(walk, says, Bad(content, frozenset({FILE})), [field], answer)
    for name in NAMES:
        answer = walk.client.post(walk.path, data=likely | {field.name: upload(name, make.content())})
        yield from crashed(walk, f"a file called {name[:20]!r}", answer)
    many = {field.name: [upload(f"{n}.pdf", make.content()) for n in range(30)]}
    yield from crashed(walk, "thirty files", walk.client.post(walk.path, data=likely | many))
    for says, forged in {
        "a text": {field.name: "text"},
        "a forged file": {f"{field.name}-kept": "WzEsMl0.x.y"},
    }.items():
        yield from crashed(walk, f"{says} for a file", walk.client.post(walk.path, data=likely | forged))


# --- questions --------------------------------------------------------------------------------------------------------


def asked_for() -> list[str]:
    """Every name a view reads from the question of its address, from the source itself, and one that none reads."""
    sources = [path.read_text() for path in Path("app").glob("*/*.py")]
    read = re.compile(r'(?:\b(?:key|typed)|args\.get)\("(\w+)"|"(\w+)" in request\.args')
    listed = re.compile(r"^FILTERS = \((.*)\)$", re.M)
    names = {name for source in sources for found in read.findall(source) for name in found if name}
    return sorted(names | {name for s in sources for line in listed.findall(s) for name in re.findall(r"\w+", line)})


def test_the_names_are_found() -> None:
    assert {"after", "district", "format", "item", "job", "keyword", "mine", "next", "version", "year"} <= {
        *asked_for()
    }


@pytest.mark.soak
@pytest.mark.parametrize("scene", ["market", "draft", "open", "in_service"])
def test_no_question_is_too_bad_for_a_page(scene: str, walks: Any, at_scale: Any) -> None:
    names, parts, wrong = asked_for(), at_scale(5, 1), []
    values = [bad.sent for bad in BAD.values()] + [b"", b"x" * 5000, b"//[", b"\\\\example.org", b"\r\nX: y"]
    for number, walk in enumerate(walks(scene, "GET")):
        for value in values[number % parts :: parts]:
            asked = encoded([(name, value) for name in names for _ in range(2)])["data"].decode()
            answer = walk.client.get(f"{walk.path}?{asked}")
            answer.close()
            if answer.status_code not in (200, 303, 404, 409, 422):
                wrong.append(f"{walk.endpoint}?{asked[:60]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


# --- requests ---------------------------------------------------------------------------------------------------------


def requests() -> dict[str, dict[str, Any]]:
    """Bodies that are no form of ours, as arguments of the client."""
    form = "application/x-www-form-urlencoded"
    return {
        "no body": {},
        "JSON": {"data": b'{"a": [1, 2', "content_type": "application/json"},
        "plain text": {"data": b"a=1", "content_type": "text/plain"},
        "parts without a boundary": {"data": b"--x\r\n", "content_type": "multipart/form-data"},
        "parts that never end": {
            "data": b'--x\r\nContent-Disposition: form-data; name="once"\r\n\r\nab',
            "content_type": "multipart/form-data; boundary=x",
        },
        "parts without a name": {
            "data": b"--x\r\nContent-Disposition: form-data\r\n\r\nab\r\n--x--\r\n",
            "content_type": "multipart/form-data; boundary=x",
        },
        "bytes": {"data": bytes(range(256)), "content_type": form},
        "a forged token": {"data": b"csrf_token=forged&once=x", "content_type": form},
        "a token of bytes": {"data": b"csrf_token=%00%ff%ed%a0%80", "content_type": form},
        "a body that is too large": {"data": b"a=" + b"x" * 2**21, "content_type": form},
        "too many parts": in_parts([(f"f{n}", b"x") for n in range(60)]),
    }


@pytest.mark.one_database
@pytest.mark.parametrize("scene", ["market", "draft", "in_service"])
def test_a_request_that_is_no_form_is_answered(scene: str, app: Flask, walks: Any, tight: None) -> None:
    wrong = []
    for walk in walks(scene, "POST"):
        for says, request in requests().items():
            answer = walk.client.post(walk.path, **request)
            if answer.status_code not in (400, 413, 422) or "<h1>" not in answer.text:
                wrong.append(f"{walk.endpoint}: {says} is answered with {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def tight(app: Flask) -> Iterator[None]:
    known = {name: app.config[name] for name in ("MAX_CONTENT_LENGTH", "MAX_FORM_PARTS")}
    app.config.update(MAX_CONTENT_LENGTH=2**20, MAX_FORM_PARTS=50)
    yield
    app.config.update(known)


@pytest.mark.one_database
def test_a_wrong_method_is_answered(app: Flask, walks: Any) -> None:
    wrong = []
    for walk in walks("market", "GET"):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"):
            if method not in walk.methods:
                answer = walk.client.open(walk.path, method=method, data={"csrf_token": walk.token})
                if answer.status_code not in (405, 200 if method == "OPTIONS" else 405):
                    wrong.append(f"{method} {walk.path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


NO_ADDRESSES = [
    "/%00", "/jobs/%ff", "/jobs/\u0661", "/jobs/-1", "/jobs/1e3", "/jobs/" + "9" * 5000, "/" + "a/" * 2000,
    "/static/..%2f..%2fconfig.py", "/jobs//1",
]  # fmt: skip


@pytest.mark.one_database
@pytest.mark.parametrize("path", NO_ADDRESSES)
def test_an_address_that_is_none_is_not_found(path: str, app: Flask) -> None:
    assert FlaskClient(app, app.response_class).get(path).status_code in (404, 308)


@pytest.mark.one_database
@pytest.mark.parametrize("cookie", ["x", "\xff", "." * 5000, "eyJfdXNlcl9pZCI6MX0.x.y", "a=b; c"])
def test_a_cookie_that_is_none_makes_a_visitor(cookie: str, app: Flask) -> None:
    client = FlaskClient(app, app.response_class, use_cookies=False)
    answer = client.get("/desk", headers={"Cookie": f"session={cookie}", "User-Agent": "\xff" * 3000})
    assert (answer.status_code, "/sign-in" in answer.location) == (303, True)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "place", ["//[", "/\\example.org", "//example.org", "/\t/example.org", "https://example.org", "/\r\nX: y", "/\0"]
)
def test_a_form_never_leads_to_a_strange_place(place: str, client: CheckedClient) -> None:
    answer = client.post("/language", data={"locale": "en", "next": place})
    assert answer.status_code == 303
    assert re.match(r"/(?![/\\\s])", answer.location), answer.location


@pytest.mark.one_database
def test_a_million_chinese_characters_are_kept_and_refused(as_user: Any) -> None:
    """As a browser sends them in a form without files: nine bytes for a character of three."""
    job = make.job("draft")
    client, typed = as_user(make.user_of(job.owner)), "字" * 1_000_000
    answer = plain(client.application, client)[0].post(
        f"/jobs/{job.id}/project", **encoded([("csrf_token", client.csrf_token().encode()), ("need", typed.encode())])
    )
    assert answer.status_code == 422
    assert complaint(answer.text, Field("need", TEXT, "need")) == ""
    assert typed in answer.text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{}", "null", "1", "[]", '{"entrants": 1}', "9" * 5000, '{"a":1e999}', '"\\ud800"', "{"]
)
def test_what_is_no_transcript_is_told_so(text: str, client: CheckedClient) -> None:
    answer = client.post("/check", data={"text": text})
    assert answer.status_code in (200, 422)
