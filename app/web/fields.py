"""Form fields that draw themselves: a page writes {{ form.title }} and gets label, hint, errors and input."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any
from unicodedata import normalize

from flask import current_app, g
from flask_wtf import FlaskForm
from markupsafe import Markup

from app.kernel.act import Act
from app.kernel.errors import Invalid
from app.kernel.money import parse_yuan, yuan
from app.kernel.words import N_
from app.web.answers import keep_nothing
from app.web.choices import CheckField, ChecksField, ChoiceField, SelectField
from app.web.drawn import Drawn, Question, clean, refuse
from app.web.rows import Row, RowsField
from app.web.said import said
from app.web.typed import learn
from app.web.uploads import FileField, FilesField, Kept, SealedFilesField, StoredFile

__all__ = [
    "CheckField", "ChecksField", "ChoiceField", "DateField", "FileField", "FilesField", "Form", "IntegerField", "Kept",
    "MoneyField", "PasswordField", "Row", "RowsField", "SealedFilesField", "SelectField", "StoredFile", "TextArea",
    "TextField",
]  # fmt: skip

YUAN = N_("yuan")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
LONGEST_NUMBER = 12


class TextField(Question):
    """One line of text, cleaned to NFC; data is a str, "" when an optional one is left empty. A view may set
    `suggestions`: texts that are offered, while any other may be typed."""

    widget = Drawn("text")
    lines = False
    suggestions: Sequence[str] = ()

    def __init__(self, label: Any = None, validators: Any = None, *, least: int = 0, most: int = 200, **options: Any):
        super().__init__(label, validators, **options)
        self.least, self.most = least, most

    def process_formdata(self, values: list[Any]) -> None:
        if values:
            self.data = clean(str(values[0]), lines=self.lines)

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def check(self) -> None:
        length = len(self.data)
        if length > self.most:
            text = N_("Shorten this to at most %(most)s characters: it has %(length)s now.")
            raise refuse(text, most=self.most, length=length)
        if length < self.least:
            text = N_("Write at least %(least)s characters: there are %(length)s now.")
            raise refuse(text, least=self.least, length=length)


class TextArea(TextField):
    """Several lines of text; the same rules."""

    widget = Drawn("textarea")
    lines = True

    def __init__(self, label: Any = None, validators: Any = None, *, rows: int = 5, most: int = 4000, **options: Any):
        super().__init__(label, validators, most=most, **options)
        self.rows = rows


class PasswordField(TextField):
    """A password: taken exactly as typed, never drawn again. autocomplete is current-password or new-password."""

    widget = Drawn("password")

    def __init__(
        self, label: Any = None, validators: Any = None, *, autocomplete: str = "current-password", **options: Any
    ):
        super().__init__(label, validators, autocomplete=autocomplete, **options)

    def process_formdata(self, values: list[Any]) -> None:
        if values:
            clean(str(values[0]))
            self.data = str(values[0])

    @property
    def again(self) -> list[str]:
        return [self.title] if self.raw_data and self.raw_data[0] else []


class MoneyField(Question):
    """An amount typed in yuan; data is integer cents. Bounds are cents, both included."""

    widget = Drawn("text")
    inputmode = "decimal"

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        least: int = 1,
        most: int | None = None,
        suffix: Any = YUAN,
        **options: Any,
    ):
        super().__init__(label, validators, suffix=suffix, **options)
        self.least, self.most = least, most

    def process_formdata(self, values: list[Any]) -> None:
        self.data = None
        if values and str(values[0]).strip():
            try:
                self.data = parse_yuan(str(values[0]))
            except ValueError as error:
                raise ValueError(said(str(error))) from None

    def written(self) -> str:
        return "" if self.data is None else yuan(self.data)

    def check(self) -> None:
        if self.data < self.least:
            raise refuse(N_("Enter at least %(least)s yuan."), least=yuan(self.least))
        if self.most is not None and self.data > self.most:
            raise refuse(N_("Enter at most %(most)s yuan."), most=yuan(self.most))


class IntegerField(Question):
    """A whole number between two bounds, both included; data is an int."""

    widget = Drawn("text")
    inputmode = "numeric"

    def __init__(self, label: Any = None, validators: Any = None, *, least: int = 0, most: int = 10**9, **options: Any):
        super().__init__(label, validators, **options)
        self.least, self.most, self.unreadable = least, most, False

    def process_formdata(self, values: list[Any]) -> None:
        self.data = None
        if values and (text := normalize("NFKC", str(values[0])[:1000]).strip()):
            self.unreadable = len(text) > LONGEST_NUMBER or not re.fullmatch(r"-?[0-9]+", text)
            self.data = None if self.unreadable else int(text)

    def blank(self) -> bool:
        return super().blank() and not self.unreadable

    def check(self) -> None:
        """What is no number is refused here too: a view may have narrowed the bounds since it was read."""
        if self.unreadable or not self.least <= self.data <= self.most:
            text = N_("Enter a whole number from %(least)s to %(most)s.")
            raise refuse(text, least=self.least, most=self.most)


class DateField(Question):
    """A day between two bounds, both included; data is a date. Also understands 2026/10/8 and 2026 年 10 月 8 日."""

    widget = Drawn("date")

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        least: date = FIRST_DAY,
        most: date = LAST_DAY,
        **options: Any,
    ):
        super().__init__(label, validators, **options)
        self.least, self.most = least, most

    def process_formdata(self, values: list[Any]) -> None:
        self.data = None
        if values and (text := normalize("NFKC", str(values[0])[:1000]).strip()):
            numbers = re.fullmatch(r"([0-9]{4})[-/.年] ?([0-9]{1,2})[-/.月] ?([0-9]{1,2})日?", text.replace(" ", ""))
            try:
                self.data = date(*map(int, numbers.groups())) if numbers else None
            except ValueError:
                self.data = None
            if self.data is None:
                raise ValueError(said(N_("Enter a date that exists, like 2026-10-08.")))

    @property
    def native(self) -> bool:
        """Whether a date input can show what was typed; a text input can always."""
        return not self.typed or (self.data is not None and self.typed == self.data.isoformat())

    def check(self) -> None:
        if not self.least <= self.data <= self.most:
            text = N_("Enter a date from %(least)s to %(most)s.")
            raise refuse(text, least=self.least.isoformat(), most=self.most.isoformat())


class Form(FlaskForm):
    """A page's form. `values` are what a verb takes, `status` is the answer's code, `attempt` calls a verb."""

    result: Any = None

    def __init_subclass__(cls, **options: Any):
        super().__init_subclass__(**options)
        learn(cls)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        g.form = self

    @property
    def values(self) -> dict[str, Any]:
        """Field name → data, without what only guards the form."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}

    @property
    def status(self) -> int:
        return 422 if self.errors else 200

    @property
    def once(self) -> Markup:
        """The hidden inputs that make the form count once and only from our own page."""
        template = current_app.jinja_env.get_template("components/hidden.html")
        return template.module.hidden()  # type: ignore[attr-defined]

    @property
    def multipart(self) -> bool:
        return any(isinstance(field, FileField) or getattr(field, "multipart", False) for field in self)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of the input or "", message) for every error, in the order of the page."""
        own = [("", str(message)) for message in self.form_errors]
        return own + [problem for field in self for problem in _problems(field)]

    @property
    def again(self) -> list[str]:
        """The titles of the passwords and refused files that must be given once more; all else typed is kept."""
        return [title for field in self if isinstance(field, Question) for title in field.again]

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether the form was sent and its shape is right; adding or dropping a row only shows the form again."""
        if not any(getattr(field, "changed", False) for field in self):
            return bool(super().validate_on_submit(extra_validators))
        for field in self:
            if isinstance(field, FileField):
                field.errors = list(field.process_errors)
        return False

    def attempt(self, verb: Callable[..., Any], act: Act, *things: Any, **values: Any) -> bool:
        """Call verb(act, *things, **values), keep its answer in `result`; False when it found what was typed invalid.

        The refusal stands beside its field, or on top of the form, and nothing of the request remains.
        """
        try:
            self.result = verb(act, *things, **values)
        except Invalid as refusal:
            keep_nothing()
            self.refuse(refusal)
            return False
        return True

    def refuse(self, refusal: Invalid) -> None:
        """Attach a refusal, translated, to its field or to the form."""
        message = said(refusal.text, **refusal.places)
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]


def _problems(field: Any) -> Iterator[tuple[str, str]]:
    if isinstance(field, Question):
        yield from field.problems
    else:
        yield from ((field.id, str(message)) for message in field.errors)
