"""Which language a page speaks: the reader's choice, else the service's default."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, session
from flask_babel import Babel, get_locale
from markupsafe import Markup

LOCALES = {"zh_Hans": "简体", "zh_Hant": "繁體", "en": "English"}


@dataclass
class Language:
    """One language of the service; `said` holds the sentences without places that its pages have said so far."""

    name: str
    sentences: NullTranslations
    said: dict[str, Markup] = field(default_factory=dict)

    def say(self, text: str, **places: Any) -> Markup:
        """A sentence of a template; what fills its %(name)s places is escaped."""
        if places:
            return self._written(self.sentences.ugettext(text), places)
        if text not in self.said:
            self.said[text] = self._written(self.sentences.ugettext(text), places)
        return self.said[text]

    def count(self, one: str, many: str, num: int, **places: Any) -> Markup:
        """A sentence about %(num)s things."""
        return self._written(self.sentences.ungettext(one, many, num), {"num": num, **places})

    @staticmethod
    def _written(text: str, places: dict[str, Any]) -> Markup:
        return Markup(text) % places  # noqa: S704 our own sentence; what fills its places is escaped


def install(app: Flask, translations: Path) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations)
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    Babel(app, default_locale=app.config["DEFAULT_LOCALE"], locale_selector=chosen)
    app.extensions["languages"] = {
        name: Language(name, Translations.load(str(translations), [name])) for name in LOCALES
    }
    app.jinja_env.globals["_"] = lambda text, **places: language().say(text, **places)
    app.jinja_env.globals["ngettext"] = lambda *forms, **places: language().count(*forms, **places)
    # A page says some hundred sentences: it looks its language up once, not at each of them.
    app.context_processor(lambda: {"_": language().say, "locale": language().name, "locales": LOCALES})


def language() -> Language:
    """The language this page speaks."""
    found: Language | None = g.get("language")
    if found is None:
        languages: dict[str, Language] = current_app.extensions["languages"]
        found = g.language = languages[str(get_locale() or current_app.config["DEFAULT_LOCALE"])]
    return found


def chosen() -> str:
    wish = session.get("locale", "")
    return wish if wish in LOCALES else str(current_app.config["DEFAULT_LOCALE"])


def known(name: str) -> bool:
    return name in LOCALES and Locale.parse(name) is not None
