"""What every field shares: it draws itself from a template, says what is missing, and cleans what was typed."""

import unicodedata
from typing import Any

from flask import current_app
from markupsafe import Markup
from wtforms import Field
from wtforms.validators import StopValidation, ValidationError

from app.kernel.words import N_
from app.web.said import said

# Invisible characters that copying from other programs leaves behind: dropped without a word.
DROPPED = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
# Characters that turn the reading direction around and so can make one text look like another.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Drawn:
    """A widget that is a template: templates/components/fields/<name>.html."""

    def __init__(self, name: str):
        self.template = f"components/fields/{name}.html"

    def __call__(self, field: Field, **details: Any) -> Markup:
        template = current_app.jinja_env.get_template(self.template)
        return Markup(template.render(field=field, **details))  # noqa: S704 the template escapes what it draws


class Question(Field):
    """A field with label, hint and errors. `optional` fields say so; the others must be filled in, those that are
    `dependent` where another answer calls for them, which the operation checks.

    `hint` says what is wanted, `suffix` is the unit behind the input, `autocomplete` and `inputmode` are the HTML
    attributes. Label, hint and suffix are English msgids (or lazy strings), translated where they are drawn.
    """

    inputmode = ""
    missing = N_("Enter “%(label)s”.")

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        hint: Any = "",
        optional: bool = False,
        dependent: bool = False,
        suffix: Any = "",
        autocomplete: str = "",
        **options: Any,
    ):
        super().__init__(label, validators, description=hint, **options)
        self.optional, self.says_optional = optional or dependent, optional
        self.suffix, self.autocomplete = suffix, autocomplete

    @property
    def title(self) -> str:
        """The label in the reader's language."""
        return said(self.label.text)

    @property
    def hint(self) -> str:
        return said(self.description)

    @property
    def unit(self) -> str:
        return said(self.suffix)

    @property
    def describedby(self) -> str:
        """The ids of hint and error, for aria-describedby."""
        parts = [self.id + "-hint"] if self.description else []
        return " ".join(parts + ([self.id + "-error"] if self.errors else []))

    @property
    def called_for(self) -> bool:
        """Whether somebody has filled this in, or must look at it: then it is not folded away."""
        return bool(self.errors) or not self.blank()

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of the input, message) for every error, for the summary on top of the form."""
        return [(self.id, self._named(str(message))) for message in self.errors]

    @property
    def again(self) -> list[str]:
        """The titles of what was given and cannot be shown again, so that it must be given once more."""
        return []

    def _named(self, message: str) -> str:
        """What is wrong, with the field it is about."""
        return message if self.title in message else said(N_("%(label)s: %(wrong)s"), label=self.title, wrong=message)

    @property
    def typed(self) -> str:
        """What was typed, as it may stand in a page; characters a page cannot hold are shown as �."""
        raw = self.raw_data[0] if self.raw_data else self.written()
        return "".join(c if _is_plain(c, "\n\t") else "�" for c in str(raw).replace("\r\n", "\n"))

    def written(self) -> str:
        """The present value as a person would type it."""
        return "" if self.data is None else str(self.data)

    def blank(self) -> bool:
        return self.data is None or self.data == ""

    def check(self) -> None:
        """Raise ValidationError if the value has the right type but may not be."""

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation
        if self.blank():
            raise StopValidation("" if self.optional else said(self.missing, label=self.title))
        self.check()


def clean(text: str, *, lines: bool = False) -> str:
    """The text in NFC, stripped, with plain line ends. ValueError (translated) for characters nobody can type."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(DROPPED)).strip()
    if not all(_is_plain(c, "\n\t" if lines else "") for c in text):
        raise ValueError(said(N_("Some characters cannot be read. Delete them and type the text again.")))
    return text


def refuse(text: str, **places: Any) -> ValidationError:
    """A translated error of a field, to be raised."""
    return ValidationError(said(text, **places))


def _is_plain(c: str, allowed: str) -> bool:
    return c in allowed or (unicodedata.category(c) not in ("Cc", "Cs") and c not in TURNING and c != "\ufffd")
