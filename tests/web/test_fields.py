import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict

from app.infra.db import session
from app.infra.files import File
from app.kernel.act import CLOCK, Act
from app.kernel.errors import Invalid
from app.kernel.words import N_
from app.web.fields import (
    CheckField,
    ChecksField,
    ChoiceField,
    DateField,
    FileField,
    FilesField,
    Form,
    IntegerField,
    Kept,
    MoneyField,
    PasswordField,
    Row,
    RowsField,
    SelectField,
    TextArea,
    TextField,
)
from tests.client import problems_of
from tests.web.small import small

ACT = Act(CLOCK, datetime(2026, 10, 8, tzinfo=UTC))


@pytest.fixture
def page(shelf: dict[int, bytes]) -> Flask:
    return small("en")


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> dict[int, bytes]:
    """Where uploads go in these tests: id → content."""
    kept: dict[int, bytes] = {}

    def store(upload: FileStorage) -> Kept:
        content = upload.read()
        if not content:
            raise ValueError(N_("The file is empty. Choose the file again."))
        kept[len(kept) + 1] = content
        return Kept(len(kept), upload.filename or "", len(content), hashlib.sha256(content).hexdigest())

    monkeypatch.setattr(FileField, "store", store)
    monkeypatch.setattr(FileField, "recall", lambda kept: kept)
    monkeypatch.setattr(FileField, "whose", lambda: 1)
    return kept


class Simple(Form):
    name = TextField("Name", hint="As on the licence.", least=2, most=5)
    note = TextArea("Note", optional=True, most=10)
    word = PasswordField("Password", optional=True)
    price = MoneyField("Price", optional=True, least=100, most=1_000_000)
    count = IntegerField("Days", optional=True, least=1, most=60, suffix="working days")
    on = DateField("Day", optional=True, least=date(2020, 1, 1))
    method = ChoiceField("Method", choices=[("draw", "Draw", "One is drawn."), ("low", "Lowest")], optional=True)
    place = SelectField("Place", choices={"City": [(1, "North"), (2, "South")]}, coerce=int, optional=True)
    some = ChecksField("Some", choices=[("a", "A"), ("b", "B")], optional=True)
    agreed = CheckField("Agreed")


def sent(page: Flask, form: type[Form], **typed: Any) -> Any:
    """The form after this was posted, validated; its pages can be drawn while the context is open."""
    data = MultiDict(
        [(name, v) for name, value in typed.items() for v in (value if isinstance(value, list) else [value])]
    )
    with page.test_request_context("/", method="POST", data=data):
        filled = form()
        filled.sound = filled.validate_on_submit()
        filled.drawn = "".join(str(field) for field in filled)
        filled.summary, filled.wanted_again = filled.problems, filled.again
        assert problems_of(filled.drawn) == ()
        return filled


def errors(form: Any, name: str) -> list[str]:
    return [str(error) for error in form[name].errors]


# fmt: off
READ = [
    ("name", "  甲公司 ", "甲公司"),
    ("name", "e\u0301a", "éa"),
    ("name", "ab\u200b", "ab"),
    ("note", "a\r\nb", "a\nb"),
    ("note", "", ""),
    ("word", " x ", " x "),
    ("price", "1,500.50", 150_050),
    ("price", "１５００元", 150_000),
    ("price", "", None),
    ("count", "６０", 60),
    ("on", "2026-10-08", date(2026, 10, 8)),
    ("on", "2026/10/8", date(2026, 10, 8)),
    ("on", "2026 年 10 月 8 日", date(2026, 10, 8)),
    ("method", "low", "low"),
    ("method", "", None),
    ("place", "2", 2),
    ("place", "", None),
    ("some", ["b", "a"], ["a", "b"]),
    ("agreed", "1", True),
]
# fmt: on


@pytest.mark.parametrize("field, typed, value", READ)
def test_what_is_typed_becomes_a_value(page: Flask, field: str, typed: Any, value: Any) -> None:
    form = sent(page, Simple, **{"name": "甲公司", field: typed})
    assert form.errors == {} and form.sound and form.status == 200
    assert form.values[field] == value


def test_what_was_not_sent_is_empty(page: Flask) -> None:
    form = sent(page, Simple, name="甲公司")
    assert form.values == {
        "name": "甲公司", "note": "", "word": "", "price": None, "count": None, "on": None, "method": None,
        "place": None, "some": [], "agreed": False,
    }  # fmt: skip


# fmt: off
REFUSED = [
    ("name", "", "Enter “Name”."),
    ("name", "   ", "Enter “Name”."),
    ("name", "x", "Write at least 2 characters: there are 1 now."),
    ("name", "abcdef", "Shorten this to at most 5 characters: it has 6 now."),
    ("name", "a\x00b", "Some characters cannot be read."),
    ("name", "a\nb", "Some characters cannot be read."),
    ("name", "a\u202eb", "Some characters cannot be read."),
    ("name", "a\ufffdb", "Some characters cannot be read."),
    ("note", "a\x07", "Some characters cannot be read."),
    ("note", "x" * 1_000_000, "Shorten this to at most 10 characters"),
    ("word", "\x1b[0m", "Some characters cannot be read."),
    ("price", "-5", "Enter an amount in yuan"),
    ("price", "0.5", "Enter at least 1 yuan."),
    ("price", "20000", "Enter at most 10,000 yuan."),
    ("price", "9" * 1000, "Enter an amount in yuan"),
    ("price", "1e9", "Enter an amount in yuan"),
    ("count", "five", "Enter a whole number from 1 to 60."),
    ("count", "1.5", "Enter a whole number from 1 to 60."),
    ("count", "-3", "Enter a whole number from 1 to 60."),
    ("count", "9" * 5000, "Enter a whole number from 1 to 60."),
    ("on", "2026-02-30", "Enter a date that exists"),
    ("on", "soon", "Enter a date that exists"),
    ("on", "1900-01-01", "Enter a date from 2020-01-01 to 2100-12-31."),
    ("on", "2999-01-01", "Enter a date from 2020-01-01 to 2100-12-31."),
    ("method", "forged", "Choose one of the answers in the list."),
    ("place", "9", "Choose one of the answers in the list."),
    ("some", ["a", "z"], "Choose one of the answers in the list."),
]
# fmt: on


@pytest.mark.parametrize("field, typed, message", REFUSED)
def test_a_bad_value_is_told_beside_its_field_and_kept(page: Flask, field: str, typed: Any, message: str) -> None:
    form = sent(page, Simple, **{"name": "甲公司", field: typed})
    assert not form.sound and form.status == 422
    assert list(form.errors) == [field]
    assert errors(form, field)[0].startswith(message)
    label, told = form[field].label.text, errors(form, field)[0]
    assert form.summary == [(field, told if label in told else f"{label}: {told}")], "the summary names the field"
    assert f'id="{field}-error"' in form.drawn
    assert "\x00" not in form.drawn


def test_text_that_cannot_be_encoded_is_refused_and_still_drawn(page: Flask) -> None:
    with page.test_request_context("/", method="POST", data={"name": "x"}):
        form = Simple(MultiDict({"name": "a\ud800"}))
        assert not form.validate()
        assert "�" in str(form.name) and str(form.name).encode()


def test_what_was_typed_is_drawn_again_as_it_was(page: Flask) -> None:
    form = sent(page, Simple, name="<b>&", note="\nfirst", price="三万", on="下周", word="secret!", place="2", some="b")
    assert "&lt;b&gt;&amp;" in form.drawn
    assert ">\n\nfirst" in form.drawn or ">\n\r\nfirst" in form.drawn or "first</textarea>" in form.drawn
    assert 'value="三万"' in form.drawn
    assert 'type="text"' in form.drawn.split('id="on"')[1].split(">")[0]
    assert "secret!" not in form.drawn
    assert '<option value="2" selected>' in form.drawn


def test_a_field_says_what_it_wants(page: Flask) -> None:
    form = sent(page, Simple)
    name = form.drawn.split('<input class="form-control" type="text" id="name"')[1].split(">")[0]
    assert " required" in name and 'aria-invalid="true"' in name and 'aria-describedby="name-hint name-error"' in name
    assert form.drawn.count("(optional)") == 8
    days = form.drawn.split('id="count"')[1].split(">")[0]
    assert 'inputmode="numeric"' in days and 'aria-describedby="count-unit"' in days


def test_a_promise_must_be_ticked_when_it_is_asked_for(page: Flask) -> None:
    class Promise(Form):
        told_truly = CheckField("All of it is true", optional=False)

    assert errors(sent(page, Promise), "told_truly") == ["Tick this to go on: “All of it is true”."]
    assert sent(page, Promise, told_truly="1").sound


class WithFiles(Form):
    name = TextField("Name")
    paper = FileField("Paper")
    more = FilesField("More", optional=True, most=2)


def upload(name: str = "a.pdf", content: bytes = b"x") -> tuple[BytesIO, str]:
    return BytesIO(content), name


def token_of(form: Any, field: str) -> list[str]:
    return [part.split('"')[0] for part in form.drawn.split(f'name="{field}-kept" value="')[1:]]


def test_a_file_survives_a_form_that_failed(page: Flask, shelf: dict[int, bytes]) -> None:
    failed = sent(page, WithFiles, paper=upload("证书.pdf", b"one"), more=[upload("b.pdf"), upload("c.pdf")])
    assert list(failed.errors) == ["name"] and failed.multipart
    assert "证书.pdf" in failed.drawn
    kept = {f"{name}-kept": token_of(failed, name) for name in ("paper", "more")}
    again = sent(page, WithFiles, name="甲", **kept)
    assert again.sound
    assert (again.values["paper"].name, again.values["paper"].size) == ("证书.pdf", 3)
    assert [file.name for file in again.values["more"]] == ["b.pdf", "c.pdf"]
    assert len(shelf) == 3


def test_a_new_file_takes_the_place_of_the_kept_one_and_unticking_drops_it(page: Flask) -> None:
    failed = sent(page, WithFiles, paper=upload("old.pdf"))
    kept = {"paper-kept": token_of(failed, "paper")}
    assert sent(page, WithFiles, name="甲", paper=upload("new.pdf"), **kept).values["paper"].name == "new.pdf"
    assert errors(sent(page, WithFiles, name="甲"), "paper") == ["Choose a file for “Paper”."]


@pytest.mark.parametrize("token", ["", "forged", "WzEsMl0.bad.sig"])
def test_a_forged_or_broken_token_is_no_file(page: Flask, token: str) -> None:
    assert list(sent(page, WithFiles, name="甲", **{"paper-kept": token}).errors) == ["paper"]


@pytest.mark.parametrize("other", [2, None])
def test_what_a_form_remembers_is_of_no_use_to_anybody_else(
    page: Flask, monkeypatch: pytest.MonkeyPatch, other: int | None
) -> None:
    failed = sent(page, WithFiles, paper=upload())
    monkeypatch.setattr(FileField, "whose", lambda: other)
    assert list(sent(page, WithFiles, name="甲", **{"paper-kept": token_of(failed, "paper")}).errors) == ["paper"]


def test_a_file_that_is_gone_is_no_file(page: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = sent(page, WithFiles, paper=upload())
    monkeypatch.setattr(FileField, "recall", lambda kept: None)
    assert list(sent(page, WithFiles, name="甲", **{"paper-kept": token_of(failed, "paper")}).errors) == ["paper"]


def test_a_refused_file_says_why_and_the_others_stay(page: Flask) -> None:
    form = sent(page, WithFiles, name="甲", paper=upload(), more=[upload("good.pdf"), upload("empty.pdf", b"")])
    assert errors(form, "more") == ["“empty.pdf”: The file is empty. Choose the file again."]
    assert "good.pdf" in form.drawn
    many = sent(page, WithFiles, name="甲", paper=upload(), more=[upload(f"{n}.pdf") for n in range(3)])
    assert errors(many, "more") == ["Hand in at most 2 files: untick the others."]


def test_a_stored_file_can_be_given_to_a_form(page: Flask) -> None:
    with page.test_request_context("/"):
        form = WithFiles(data={"paper": Kept(7, "given.pdf", 3, "f" * 64)})
        assert "given.pdf" in str(form.paper) and form.paper.data.id == 7


class Certificate(Row):
    kind = TextField("Kind")
    number = TextField("Number", optional=True)
    scan = FileField("Scan", optional=True)


class WithRows(Form):
    name = TextField("Name")
    rows = RowsField("Certificates", Certificate, noun="Certificate", least=1, most=3)


def rows(*kinds: str, **more: Any) -> dict[str, Any]:
    shown = {"rows-row": [str(n) for n in range(len(kinds))]}
    return shown | {f"rows-{n}-kind": kind for n, kind in enumerate(kinds)} | more


def test_rows_filled_in_are_values_and_empty_rows_are_not(page: Flask) -> None:
    form = sent(page, WithRows, name="甲", **rows("first", "", "third"))
    assert form.sound
    assert [row["kind"] for row in form.values["rows"]] == ["first", "third"]


def test_what_cannot_be_shown_again_is_named_to_be_given_once_more(page: Flask) -> None:
    assert sent(page, Simple, count="0").wanted_again == []
    assert sent(page, Simple, count="0", word="seven green").wanted_again == ["Password"]
    form = sent(page, WithFiles, name="", paper=upload("paper.pdf", b""))
    assert form.wanted_again == ["Paper"]


def test_adding_a_row_keeps_everything_and_asks_nothing_yet(page: Flask) -> None:
    form = sent(page, WithRows, **rows("first", **{"rows-more": "1"}))
    assert not form.sound and form.errors == {} and form.status == 200
    assert 'value="first"' in form.drawn and 'name="rows-1-kind"' in form.drawn


def test_dropping_a_row_drops_that_one(page: Flask) -> None:
    form = sent(page, WithRows, name="甲", **rows("first", "second", **{"rows-drop": "0"}))
    assert not form.sound
    assert "second" in form.drawn and "first" not in form.drawn
    assert 'name="rows-row" value="1"' in form.drawn


def test_the_last_row_may_be_dropped_and_one_stays_to_be_filled_in(page: Flask) -> None:
    form = sent(page, WithRows, name="甲", **rows("first", **{"rows-drop": "0"}))
    assert "first" not in form.drawn and form.drawn.count('name="rows-row"') == 1


def test_a_row_with_a_mistake_points_to_its_own_field(page: Flask) -> None:
    form = sent(page, WithRows, name="甲", **rows("first", "", **{"rows-1-number": "n"}))
    assert form.summary == [("rows-1-kind", "Enter “Kind”.")]


def test_there_must_be_enough_rows_and_not_too_many(page: Flask) -> None:
    assert form_errors(page, "") == ["Fill in at least one row: “Certificates”."]
    assert form_errors(page, *"abcd") == ["Keep at most 3 rows."]


def form_errors(page: Flask, *kinds: str) -> list[str]:
    return errors(sent(page, WithRows, name="甲", **rows(*kinds)), "rows")


def test_a_file_in_a_row_survives_too(page: Flask) -> None:
    failed = sent(page, WithRows, **rows("first", **{"rows-0-scan": upload("scan.pdf")}))
    assert failed.multipart
    kept = {"rows-0-scan-kept": token_of(failed, "rows-0-scan")}
    assert sent(page, WithRows, name="甲", **rows("first", **kept)).values["rows"][0]["scan"].name == "scan.pdf"


def test_a_refused_file_is_told_even_when_only_a_row_was_added(page: Flask) -> None:
    class Both(WithRows):
        paper = FileField("Paper")

    form = sent(page, Both, **rows("first", **{"rows-more": "1"}), paper=upload("empty.pdf", b""))
    assert errors(form, "paper") == ["“empty.pdf”: The file is empty. Choose the file again."]


@pytest.mark.parametrize("marker", ["x", "-1", "²", "99999", "1" * 5000])
def test_a_forged_row_number_is_not_a_row(page: Flask, marker: str) -> None:
    assert not sent(page, WithRows, name="甲", **{"rows-row": [marker]}).sound


def test_given_rows_are_shown_to_be_changed(page: Flask) -> None:
    with page.test_request_context("/"):
        form = WithRows(data={"rows": [{"kind": "one"}, {"kind": "two"}]})
        assert [row["kind"] for row in form.rows.data] == ["one", "two"]
        assert 'value="two"' in str(form.rows)


def test_a_new_form_shows_its_choices_and_no_error(page: Flask) -> None:
    with page.test_request_context("/"):
        form = Simple(data={"price": 150_050, "count": 5, "on": date(2026, 10, 8), "place": 1, "some": ["b"]})
        drawn = "".join(str(field) for field in form)
    assert form.problems == [] and "error" not in drawn
    assert 'value="1,500.50"' in drawn and 'value="5"' in drawn and 'value="2026-10-08"' in drawn
    assert '<option value="1" selected>North' in drawn and '<optgroup label="City">' in drawn


def test_the_guards_are_drawn_but_are_not_values(page: Flask) -> None:
    page.config["WTF_CSRF_ENABLED"] = True
    with page.test_request_context("/"):
        form = WithRows()
        assert 'name="csrf_token"' in form.once and 'name="once"' in form.once
        assert set(form.values) == {"name", "rows"}


def keep(act: Act, *, name: str) -> File:
    file = File(name=name, size=1, media="text/plain", sha256="0" * 64, at=act.now, unit_id=None, user_id=None)
    session.add(file)
    session.flush()
    if name == "bad":
        raise Invalid(N_("Enter at least %(n)s characters."), n=40, field="name")
    if name == "worse":
        raise Invalid(N_("This is not possible together."))
    return file


class Named(Form):
    name = TextField("Name")


@pytest.fixture
def attempted(app: Flask) -> Callable[[str], Named]:
    """The form after `keep` was tried with this name, and how many files there are then."""

    def attempt(name: str) -> Named:
        with app.test_request_context("/", method="POST", data={"name": name}):
            form = Named(meta={"csrf": False})
            form.went = form.validate() and form.attempt(keep, ACT, **form.values)  # type: ignore[attr-defined]
            form.count = session.scalar(select(func.count()).select_from(File))  # type: ignore[attr-defined]
            session.rollback()
            return form

    return attempt


def test_a_verb_that_succeeds_leaves_its_answer(attempted: Callable[[str], Any]) -> None:
    form = attempted("good")
    assert form.went and form.result.name == "good" and form.status == 200 and form.count == 1


def test_a_verb_that_finds_it_invalid_leaves_a_message_beside_the_field_and_no_trace(
    attempted: Callable[[str], Any],
) -> None:
    form = attempted("bad")
    assert not form.went and form.status == 422 and form.count == 0
    assert list(form.errors) == ["name"] and "40" in errors(form, "name")[0]


def test_a_refusal_of_no_field_stands_on_top(attempted: Callable[[str], Any]) -> None:
    form = attempted("worse")
    assert form.problems[0][0] == "" and form.count == 0
