"""Every visible sentence stands in every language: none missing, none fuzzy, each with the same places to fill."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from scripts import messages

PLACES = re.compile(r"%\((\w+)\)s")
LOCALES = (messages.WRITTEN, messages.DERIVED)


def texts(message: Message) -> list[str]:
    return [str(text) for text in (message.string if isinstance(message.string, tuple) else (message.string,))]


def fills(text: str) -> bool:
    """A page fills the places of every sentence, so a percent sign of its own is written twice."""
    return "%" not in PLACES.sub("", text).replace("%%", "")


def faults(catalog: Catalog, found: Catalog) -> list[str]:
    """What a reader of this language would stumble over."""
    told = []
    for message in filter(lambda message: message.id, found):
        name = messages.key(message)
        here = catalog.get(name, message.context)
        if here is None or not all(texts(here)) or not texts(here):
            told.append(f"missing: {name}")
        elif here.fuzzy:
            told.append(f"fuzzy: {name}")
        elif not all(fills(text) for text in texts(here)):
            told.append(f"a stray percent sign: {name}")
        elif any(set(PLACES.findall(text)) - set(PLACES.findall(name)) for text in texts(here)):
            told.append(f"places that nobody fills: {name}")
        elif not isinstance(message.id, tuple) and set(PLACES.findall(texts(here)[0])) != set(PLACES.findall(name)):
            told.append(f"places left out: {name}")
    return told + [f"gone from the code: {messages.key(old)}" for old in catalog if old.id and not found.get(old.id)]


@pytest.fixture(scope="module")
def found() -> Catalog:
    return messages.collect()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_stands_in_every_language(locale: str, found: Catalog):
    assert faults(messages.read(messages.place(locale), locale), found) == []


def test_traditional_chinese_is_the_simplified_text_in_traditional_characters():
    written, derived = (messages.read(messages.place(locale), locale) for locale in LOCALES)
    meant = messages.traditional(written)
    assert {messages.key(one): one.string for one in derived} == {messages.key(one): one.string for one in meant}


def test_no_word_for_after_stays_simplified_in_traditional_chinese():
    """“后” stays as it is only in an empress's title; a sentence that is cut wrongly is to be written otherwise."""
    derived = messages.read(messages.place("zh_Hant"), "zh_Hant")
    assert [one.id for one in derived if one.id and "后" in "".join(one.string)] == []


@pytest.mark.parametrize(
    ("said", "flags", "fault"),
    [
        ("", [], "missing: At most %(n)s days"),
        ("至多 %(n)s 日", ["fuzzy"], "fuzzy: At most %(n)s days"),
        ("至多 %(n)s 日（%）", [], "a stray percent sign: At most %(n)s days"),
        ("至多数日", [], "places left out: At most %(n)s days"),
        ("至多 %(m)s 日", [], "places that nobody fills: At most %(n)s days"),
    ],
)
def test_each_fault_would_be_seen(said: str, flags: list[str], fault: str):
    found, catalog = Catalog(), Catalog("zh_Hans")
    found.add("At most %(n)s days")
    catalog.add("At most %(n)s days", said, flags=flags)
    assert faults(catalog, found) == [fault]
