"""Chinese by its sound: the pinyin of a text in full and by its initials, and what letters may stand for.

Which reading a character has is told by the phrase it stands in. Full pinyin is kept as two syllables in a row, as
characters are; initials as three in a row, so that three letters of them already find few things.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from pypinyin import lazy_pinyin

from search.analyzer import ALONE, BETWEEN, fold, units

CLOSE = "."  # closes a syllable within a token
WAYS = 4  # of cutting letters into syllables, those of the fewest first
LONGEST_LETTERS = 60


@lru_cache(100_000)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a text, one for each unit, with a mark wherever something else stands, and at its end."""
    row = "".join(unit if ALONE.match(unit) else "\n" for unit in units(fold(text)))
    return (*lazy_pinyin(row, errors=_unread), BETWEEN)


def _unread(unread: str) -> Any:
    """A mark for each unit that is not read (pypinyin takes a list, though its types do not say so)."""
    return [BETWEEN] * len(unread)


def sound_tokens(text: str) -> tuple[str, ...]:
    row = syllables(text)
    return tuple(one + CLOSE + two for one, two in pairwise(row) if one != BETWEEN)


def initial_tokens(text: str) -> tuple[str, ...]:
    return tuple(each for each in _initials(syllables(text)) if each[0] != BETWEEN)


def _initials(row: Sequence[str]) -> list[str]:
    letters = "".join(each[0] for each in row) + BETWEEN
    return [letters[at : at + 3] for at in range(len(row) - 1)]


def stands(row: Sequence[str], of: str, tokens: tuple[str, ...], begun: bool) -> Iterator[tuple[int, int]]:
    """Where in the syllables of a text a phrase of "sound" or "initials" is found: the first and after the last unit
    that it says."""
    made = [one + CLOSE + two for one, two in pairwise(row)] if of == "sound" else _initials(row)
    *before, last = tokens
    said = len(before) + (len(last) if of != "sound" else 1 if last.partition(CLOSE)[2] == "" else 2)
    for at in range(len(made) - len(before)):
        if made[at : at + len(before)] == before and (
            made[at + len(before)] == last or (begun and made[at + len(before)].startswith(last))
        ):
            yield at, at + said


@cache
def all_syllables() -> frozenset[str]:
    """Every syllable that a character is read as."""
    every = lazy_pinyin([chr(code) for code in range(0x4E00, 0x9FA6)], errors="ignore")
    return frozenset(
        each for each in every if each.isascii() and each.isalpha() and set(each) & set("aeiouv") and each != "o"
    )


@cache
def beginnings() -> frozenset[str]:
    return frozenset(each[:length] for each in all_syllables() for length in range(1, len(each) + 1))


def cut(letters: str) -> list[tuple[tuple[str, ...], bool]]:
    """The ways to read letters as syllables: each with whether its last one is only begun. Ways that end with a whole
    syllable come first; at most `WAYS`."""
    if len(letters) > LONGEST_LETTERS:
        return []
    whole, begun = _ways(letters.replace("ü", "v"))
    return [(way, False) for way in whole][:WAYS] or [(way, True) for way in begun][:WAYS]


def _ways(letters: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    reached: list[list[tuple[str, ...]]] = [[()], *([] for _ in letters)]
    begun: list[tuple[str, ...]] = []
    for start in range(len(letters)):
        reached[start] = sorted(reached[start], key=len)[:WAYS]
        if reached[start] and letters[start:] in beginnings():
            begun += [(*way, letters[start:]) for way in reached[start]]
        for length in range(1, min(6, len(letters) - start) + 1):
            if letters[start : start + length] in all_syllables():
                reached[start + length] += [(*way, letters[start : start + length]) for way in reached[start]]
    return sorted(reached[-1], key=len), sorted(begun, key=len)


def sound_phrase(way: tuple[str, ...], begun: bool) -> tuple[tuple[str, ...], bool]:
    """How syllables in a row are looked for: see `analyzer.phrase`."""
    if len(way) == 1:
        return (way[0] if begun else way[0] + CLOSE,), True
    return tuple(one + CLOSE + two for one, two in pairwise(way)), begun


def initial_phrase(letters: str) -> tuple[tuple[str, ...], bool]:
    if len(letters) < 3:
        return (letters,), True
    return tuple(letters[at : at + 3] for at in range(len(letters) - 2)), False
