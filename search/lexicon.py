"""What is known of the field's words: which mean the same, and how the known names sound."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby, islice, product

from search.analyzer import ALONE, HAN, UNIT, fold
from search.sounds import syllables

NARROWER = "<"
VARIANTS = 12  # of one term, with its synonyms in its place
LONGEST_PART, SHORT = 12, 4  # units
UNKNOWN, PART, ONE_MORE = 4, 2, 3  # what a cut costs: each unit that nobody knows, or of a part of a word; each word
PARTICLES = "的之和与及"

Cut = tuple[tuple[bool, str], ...]  # each part with whether it is known
ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))  # sounds that many do not tell apart


class Lexicon:
    """`groups` are words that mean the same, the full name first; one with "<" before it is a narrower word, which the
    others find too, but which does not mean them. `names` are other phrases that may be meant by their sound. Words are
    told apart as folded."""

    def __init__(self, groups: Iterable[Iterable[str]] = (), names: Iterable[str] = ()):
        self.names = tuple(dict.fromkeys(fold(name).strip() for name in names))
        self.group_of: dict[str, tuple[str, ...]] = {}
        for group in groups:
            words = [fold(word).strip() for word in group]
            same = tuple(dict.fromkeys(word.removeprefix(NARROWER) for word in words if word.strip(NARROWER)))
            for word in words:
                if word and not word.startswith(NARROWER):
                    self.group_of.setdefault(word, same)

    @cached_property
    def anywhere(self) -> re.Pattern[str]:
        longest_first = sorted(self.group_of, key=len, reverse=True)
        return re.compile("|".join(_whole(word) for word in longest_first) or r"(?!)")

    def variants(self, folded: str) -> list[str]:
        """A term with each known word in it replaced by those that mean the same; the full names first, at most
        `VARIANTS`. The term itself is among them."""
        parts: list[tuple[str, ...]] = []
        at = 0
        for found in self.anywhere.finditer(folded):
            if self._across(folded, *found.span()):
                continue
            parts += [(folded[at : found.start()],), self.group_of[found.group()]]
            at = found.end()
        parts.append((folded[at:],))
        made = islice(("".join(row) for row in product(*parts)), VARIANTS - 1)
        return list(dict.fromkeys([*made, folded]))

    def _across(self, folded: str, start: int, end: int) -> bool:
        """Whether two characters are no word here, but stand across two others: 能评 in 节能评审, 图审 in 图审查."""
        sides = folded[max(start - 1, 0) : start + 1], folded[end - 1 : end + 1]
        longer = [side for side in sides if len(side) > 1]
        enough = len(longer) == 2 or len(folded) == 3
        return end - start == 2 and enough and all(side in self.said for side in longer)

    @cached_property
    def said(self) -> str:
        """All known words, to see what stands in one."""
        return "\n".join([*self.group_of, *self.names])

    def apart(self, folded: str) -> list[str]:
        """A term cut into few words, without the particles around them: rather into those that mean something than into
        parts of known ones, and rather into these than into what nobody knows."""
        row = UNIT.findall(folded)
        best: list[tuple[int, Cut]] = [(0, ())]
        for end in range(1, len(row) + 1):
            cost, cut = best[end - 1]
            goes_on = bool(cut) and not cut[-1][0]
            ways = [(cost + UNKNOWN + (0 if goes_on else ONE_MORE), (*cut, (False, row[end - 1])))]
            for start in range(max(end - LONGEST_PART, 0), end):
                cost, cut = best[start]
                word = "".join(row[start:end])
                if word in self.group_of or (end - start > 1 and word in self.said):
                    part = 0 if word in self.group_of else PART * (end - start)
                    ways.append((cost + ONE_MORE + part, (*cut, (True, word))))
            best.append(min(ways))
        bare = (word.strip(PARTICLES) for word in _words(best[-1][1]))
        return [word for word in bare if word]

    @cached_property
    def sounding(self) -> dict[str, str]:
        """The known words by their full pinyin in one word, the first of those that sound alike."""
        words = [*self.group_of, *self.names]
        return {sound: word for word in reversed(words) if (sound := sound_of(word))}

    @cached_property
    def short_for(self) -> dict[str, tuple[str, ...]]:
        """What is meant by the initials of a short word: all that means the same as one of those that have them."""
        meant: dict[str, dict[str, None]] = {}
        for word, group in self.group_of.items():
            row = syllables_of(word)
            if 0 < len(row) <= SHORT:
                meant.setdefault("".join(each[0] for each in row), {}).update(dict.fromkeys(group))
        return {letters: tuple(words) for letters, words in meant.items()}

    @cached_property
    def read_as(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """The syllables of each known word with those of the words that mean the same."""
        return {
            row: tuple(dict.fromkeys(other for each in group if (other := syllables_of(each))))
            for word, group in self.group_of.items()
            if (row := syllables_of(word))
        }

    def sound_variants(self, way: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Syllables with those of a known word in them replaced by those of the words that mean the same."""
        made = []
        for start in range(len(way)):
            for end in range(len(way), start + 1, -1):
                for other in self.read_as.get(way[start:end], ()):
                    made.append(way[:start] + other + way[end:])
        return list(dict.fromkeys([way, *made]))[:VARIANTS]

    def corrected(self, letters: str) -> str | None:
        """The known word whose sound is nearest to letters that nothing sounds like; None when none is near."""
        blurred = blur(letters)
        for sound, word in self.sounding.items():
            if blur(sound) == blurred:
                return word
        may_differ = 2 if len(letters) >= 9 else 1 if len(letters) >= 5 else 0
        near = [
            (differ, abs(len(sound) - len(letters)), sound)
            for sound in self.sounding
            if abs(len(sound) - len(letters)) <= may_differ
            and (differ := difference(letters, sound, may_differ)) <= may_differ
        ]
        return self.sounding[min(near)[2]] if near else None


def _words(cut: Cut) -> Iterator[str]:
    """The words of a cut; what nobody knows is one as long as nothing known stands between."""
    for known, parts in groupby(cut, key=lambda part: part[0]):
        words = [word for _, word in parts]
        yield from words if known else ["".join(words)]


def _whole(word: str) -> str:
    """A word as it stands in a text: one in letters not as a part of a longer one."""
    before = "" if ALONE.match(word[0]) else rf"(?<![^\W_{HAN}])"
    after = "" if ALONE.match(word[-1]) else rf"(?![^\W_{HAN}])"
    return before + re.escape(word) + after


def sound_of(word: str) -> str:
    """The full pinyin of a word of Chinese characters alone; empty for others."""
    return "".join(syllables_of(word))


def syllables_of(word: str) -> tuple[str, ...]:
    """The syllables of a word of at least two Chinese characters and nothing else; none of others."""
    row = syllables(word)[:-1]
    return row if len(row) > 1 and all(each.isalpha() for each in row) else ()


def blur(letters: str) -> str:
    for one, other in ALIKE:
        letters = letters.replace(one, other)
    return letters


def difference(one: str, other: str, most: int) -> int:
    """How many letters are left out, added, wrong, or changed about with their neighbour; more than `most` is
    `most + 1`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, right in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != right))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == right:
                least = min(least, last[j - 2] + 1)
            row.append(least)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
