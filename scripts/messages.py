"""Collect the visible English sentences of app/ and templates/ into translations/, keeping every translation there is.

Sentences that are gone are dropped and new ones are left empty: nothing is guessed. Traditional Chinese is the
simplified text written in traditional characters, never edited by hand. The files carry no dates and no line numbers,
so that a change shows only what it changed.
"""

import sys
from csv import DictReader
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from opencc import OpenCC

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
WRITTEN, DERIVED = "zh_Hans", "zh_Hant"
NAMED = ("data/terms.csv", "data/credit_events.csv")  # what they name in Chinese is shown in traditional characters too
SOURCES = [("app/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
NAMES = ("_", "gettext", "lazy_gettext", "N_", "Refusal", "NotAllowed", "WrongState", "Invalid")
KEYWORDS = dict.fromkeys(NAMES) | {"ngettext": (1, 2)}
HEADER = """msgid ""
msgstr ""
"Language: {locale}\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def main() -> None:
    path = place(WRITTEN)
    catalog = merged(WRITTEN, collect(), read(path, WRITTEN))
    save(WRITTEN, catalog)
    save(DERIVED, traditional(catalog))
    missing = sum(not message.string or not any(message.string) for message in catalog if message.id)
    print(f"{len(catalog)} sentences, {missing} without translation")


def place(locale: str) -> Path:
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


def save(locale: str, catalog: Catalog) -> None:
    path = place(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        target.write(HEADER.format(locale=locale).encode())
        write_po(target, catalog, width=0, sort_output=True, omit_header=True, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalog)


def traditional(catalog: Catalog) -> Catalog:
    """The same sentences in traditional characters: characters are exchanged, words are not."""
    convert = OpenCC("s2tw").convert
    other = Catalog(DERIVED, charset="utf-8")
    for message in catalog:
        if message.id:
            text = message.string
            text = tuple(map(convert, text)) if isinstance(text, tuple) else convert(text)
            other.add(
                message.id, text, message.locations, message.flags, message.auto_comments, context=message.context
            )
    return other


def collect() -> Catalog:
    """Every sentence with the files it stands in."""
    catalog = Catalog(charset="utf-8")
    options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, method in SOURCES if method == "jinja2"}
    for name, _, text, comments, context in extract_from_dir(ROOT, SOURCES, options, KEYWORDS, directory_filter=ours):
        catalog.add(text, None, [(Path(name).as_posix(), 1)], auto_comments=comments, context=context)
    for name in NAMED:
        for row in DictReader((ROOT / name).read_text(encoding="utf-8").splitlines()):
            text = row["zh"].replace("%", "%%")
            catalog.add(text, text, [(name, 1)])
    return catalog


def ours(folder: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[:1] in ((), ("app",), ("templates",))


def read(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale)
    with path.open("rb") as source:
        return read_po(source, locale)


def merged(locale: str, found: Catalog, known: Catalog) -> Catalog:
    """The found sentences with the known translations. One marked fuzzy stays marked: a person has to look at it."""
    catalog = Catalog(locale, charset="utf-8")
    for message in found:
        if message.id:
            old = known.get(key(message), message.context)
            plural = isinstance(message.id, tuple)
            kept = old.string if old else ("",) if plural else message.string or ""
            if plural and not isinstance(kept, tuple):
                kept = (kept,)
            flags = message.flags | ({"fuzzy"} if old and old.fuzzy else set())
            places = sorted(set(message.locations))
            catalog.add(message.id, kept, places, flags, message.auto_comments, context=message.context)
    return catalog


def key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


if __name__ == "__main__":
    sys.exit(main())
