"""Which language a page speaks: the reader's choice, else the service's default."""

from pathlib import Path

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, session
from flask_babel import Babel, get_locale

LOCALES = {"zh_Hans": "简体", "zh_Hant": "繁體", "en": "English"}


def install(app: Flask, translations: Path) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations)
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Shanghai"
    Babel(app, default_locale=app.config["DEFAULT_LOCALE"], locale_selector=chosen)
    app.extensions["spoken"] = {name: Translations.load(str(translations), [name]) for name in LOCALES}
    # A page says some hundred sentences: the templates look the language up once, not at each of them.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: spoken().ugettext(text), lambda one, many, n: spoken().ungettext(one, many, n), newstyle=True
    )
    app.context_processor(lambda: {"locale": str(get_locale()), "locales": LOCALES})


def spoken() -> NullTranslations:
    """The sentences of the language this page speaks."""
    found = g.get("spoken")
    if found is None:
        found = g.spoken = current_app.extensions["spoken"][str(get_locale() or current_app.config["DEFAULT_LOCALE"])]
    return found


def chosen() -> str:
    wish = session.get("locale", "")
    return wish if wish in LOCALES else str(current_app.config["DEFAULT_LOCALE"])


def known(name: str) -> bool:
    return name in LOCALES and Locale.parse(name) is not None
