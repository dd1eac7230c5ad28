"""Where the words of a query stand in a text that is shown."""

import unicodedata
from collections.abc import Iterator

from search.analyzer import BETWEEN, UNIT, fold, units
from search.query import Query, phrases
from search.sounds import stands, syllables


def highlight(text: str, query: Query) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it is marked: the words of `query.marked` and what sounds as it was typed,
    found as an engine finds them. The parts joined are the text."""
    folded, places = "", []
    for start, end in _folding_together(text):
        made = fold(text[start:end])
        folded += made
        places += [(start, end)] * len(made)
    marked = [False] * len(text)
    for first, last in (*_found(folded, query.marked), *_sounding(folded, query)):
        start, end = places[first][0], places[last - 1][1]
        marked[start:end] = [True] * (end - start)
    return list(_parts(text, marked))


def _folding_together(text: str) -> Iterator[tuple[int, int]]:
    """Where the characters begin and end that fold to something else together than one by one."""
    start = 0
    for at in range(1, len(text)):
        if not unicodedata.combining(text[at]) and _apart(text[start:at], text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)


def _apart(before: str, character: str) -> bool:
    if before.isascii() or character.isascii():
        return True
    return unicodedata.is_normalized("NFKC", before + character) or _made(before + character) == (
        _made(before) + _made(character)
    )


def _made(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _found(folded: str, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where the words begin and end: whole units in a row, a number by its beginning."""
    stand = [(found.start(), found.end()) for found in UNIT.finditer(folded)]
    there = units(folded)
    for word in words:
        row = units(word)
        begun = row[-1][:1].isdigit() if row else False
        for at in range(len(there) - len(row) + 1 if row and row != [BETWEEN] else 0):
            last = at + len(row) - 1
            if there[at:last] == row[:-1] and (there[last] == row[-1] or (begun and there[last].startswith(row[-1]))):
                yield stand[at][0], stand[last][0] + len(row[-1]) if begun else stand[last][1]


def _sounding(folded: str, query: Query) -> Iterator[tuple[int, int]]:
    """Where what begins and ends that sounds as it was typed."""
    asked = [phrase for clause in query.terms for phrase in phrases(clause) if phrase.of in ("sound", "initials")]
    if not asked:
        return
    stand = [(found.start(), found.end()) for found in UNIT.finditer(folded)]
    row = syllables(folded)
    for phrase in asked:
        for first, after in stands(row, phrase.of, phrase.tokens, phrase.begun):
            yield stand[first][0], stand[after - 1][1]


def _parts(text: str, marked: list[bool]) -> Iterator[tuple[str, bool]]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or marked[at] != marked[start]:
            yield text[start:at], marked[start]
            start = at
