"""The words of a text, the same for every engine: folded, cut into units, and each unit joined with the next.

A Chinese character is a unit; a word or a number in another script is one; whatever stands between them is one mark. A
token is two units in a row, so that a phrase of tokens stands exactly where its characters stand together, and one
character is the beginning of a token. A text ends with a mark, and so has a token for its last character too.
"""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise

from opencc import OpenCC

VERSION = 1  # of all that is said here: an index with other tokens must be built again
BETWEEN = "_"
AFTER_WORD = "|"  # closes a word within a token, so that "gis" is not the beginning of "gist"
LONGEST_WORD = 40

HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
UNIT = re.compile(rf"[{HAN}]|[^\W_{HAN}]+|(?:_|[^\w{HAN}])+")
ALONE = re.compile(rf"[{HAN}]")


@cache
def simplified() -> dict[int, str]:
    """Each traditional character with its simplified one. Character by character: a part of a text must fold to the
    same part of the folded text."""
    converter, table = OpenCC("t2s"), {}
    characters = [chr(code) for first, last in ((0x3400, 0x9FFF), (0xF900, 0xFAFF)) for code in range(first, last + 1)]
    for character, made in zip(characters, converter.convert("\n".join(characters)).split("\n"), strict=True):
        if len(made) == 1 and made != character:
            table[ord(character)] = made
    return table


def fold(text: str) -> str:
    """One form of what is written differently: width, traditional characters, capitals. Lone surrogates are dropped."""
    if text.isascii():
        return text.lower()
    whole = text.encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFKC", whole).translate(simplified()).lower()


def units(folded: str) -> list[str]:
    """The units of a folded text."""
    found = UNIT.findall(folded)
    return [BETWEEN if is_between(each) else each[:LONGEST_WORD] for each in found]


def is_between(unit: str) -> bool:
    return not (unit[0].isalnum() or ALONE.match(unit))


def is_word(unit: str) -> bool:
    """Whether a unit is a word or a number, not a Chinese character or a mark."""
    return unit != BETWEEN and not ALONE.match(unit)


def joined(one: str, next_one: str) -> str:
    return f"{one}{AFTER_WORD}{next_one}" if is_word(one) else one + next_one


def pairs(row: list[str]) -> list[str]:
    return [joined(one, next_one) for one, next_one in pairwise(row)]


@lru_cache(100_000)
def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text as it is indexed."""
    row = units(fold(text).strip())
    return tuple(pairs([*row, BETWEEN] if row and row[-1] != BETWEEN else row))


def phrase(row: list[str]) -> tuple[tuple[str, ...], bool]:
    """How units that stand together are looked for: tokens in a row, and whether the last one is only a beginning. A
    number is found by its beginning, a word as a whole."""
    if len(row) > 1:
        return tuple(pairs(row)), row[-1][:1].isdigit()
    only = row[0]
    return (only if not is_word(only) or only[:1].isdigit() else only + AFTER_WORD,), True


def code_tokens(code: str) -> tuple[str, ...]:
    """A code whole, without what stands between its parts, and the same from each part on."""
    parts = [part for part in units(fold(code)) if part != BETWEEN]
    return tuple(dict.fromkeys("".join(parts[start:]) for start in range(len(parts))))
