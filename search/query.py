"""What was typed, understood: terms that must all be there, quoted ones to the letter, and those that must not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from search import sounds
from search.analyzer import BETWEEN, fold, phrase, units
from search.lexicon import Lexicon

LONGEST = 200  # characters
TERMS = 12
TYPED = re.compile(r'(?P<minus>(?<!\S)[-－])?(?:["“”＂](?P<quoted>[^"“”＂]*)(?:["“”＂]|$)|(?P<plain>[^\s"“”＂]+))')
CODE = re.compile(r"[a-z]{0,4}[-_/.]?[0-9][a-z0-9_/.-]*")
NOTHING = Lexicon()


@dataclass(frozen=True)
class Phrase:
    """Tokens in a row. `of` is "text", "sound", "initials" or "code"; with `begun` the last one is only a beginning."""

    of: str
    tokens: tuple[str, ...]
    begun: bool = False


@dataclass(frozen=True)
class AnyOf:
    of: tuple["Clause", ...]


@dataclass(frozen=True)
class AllOf:
    of: tuple["Clause", ...]


Clause = Phrase | AnyOf | AllOf


@dataclass(frozen=True)
class Query:
    """`terms` must all be found, `without` none. `understood` is the query in the field's full words; `literal` asks
    only for what was typed, and is empty when that is no different. `marked` are the folded words to highlight, `size`
    is how many units they have at least. `sounding` are the terms in letters that are no known words."""

    typed: str
    terms: tuple[Clause, ...] = ()
    without: tuple[Clause, ...] = ()
    understood: str = ""
    literal: str = ""
    marked: tuple[str, ...] = ()
    size: int = 0
    sounding: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """One term as it was typed: folded, to be taken to the letter or not, and wanted or not."""

    folded: str
    quoted: bool
    minus: bool

    def typed(self) -> str:
        return ("-" if self.minus else "") + (f'"{self.folded}"' if self.quoted else self.folded)


def parse(typed: str, lexicon: Lexicon = NOTHING) -> Query:
    """Understand a query. Raises ValueError when it is longer than `LONGEST`. What says nothing (marks alone) is left
    out; a query may so have no terms."""
    if len(typed) > LONGEST:
        raise ValueError(f"a query has at most {LONGEST} characters")
    return _understood(typed, list(islice(split(typed), TERMS)), lexicon)


def _understood(typed: str, terms: list[Term], lexicon: Lexicon) -> Query:
    read = [(term, *_read(term, lexicon)) for term in terms]
    wanted = [(term, clause, words) for term, clause, words in read if not term.minus]
    understood = " ".join(words[0] if not term.quoted and not term.minus else term.typed() for term, _, words in read)
    as_typed = " ".join(term.typed() for term in terms)
    changed = understood != as_typed
    return Query(
        typed=typed,
        terms=tuple(clause for _, clause, _ in wanted),
        without=tuple(clause for term, clause, _ in read if term.minus),
        understood=understood,
        literal=_to_the_letter(terms) if changed else "",
        marked=tuple(dict.fromkeys(word for _, _, words in wanted for word in words)),
        size=sum(min(len(units(word)) for word in words) for _, _, words in wanted),
        sounding=tuple(term.folded for term, _, words in wanted if words == [term.folded] and _letters(term)),
    )


def otherwise(query: Query, lexicon: Lexicon) -> list[Query]:
    """How a query that finds nothing may be meant, the likeliest first."""
    return [other for other in (_apart(query, lexicon), corrected(query, lexicon)) if other]


def _apart(query: Query, lexicon: Lexicon) -> Query | None:
    """The query with what was written together cut into its words, each of which must be found anywhere; None when
    there is nothing to cut."""
    terms = list(islice(split(query.typed), TERMS))
    cut = list(islice(_cut(terms, lexicon), TERMS))
    if cut == terms:
        return None
    return replace(_understood(query.typed, cut, lexicon), literal=_to_the_letter(terms))


def _cut(terms: list[Term], lexicon: Lexicon) -> Iterator[Term]:
    for term in terms:
        if term.quoted or term.minus:
            yield term
        else:
            yield from (replace(term, folded=word) for word in map(_bare, lexicon.apart(term.folded)) if word)


def corrected(query: Query, lexicon: Lexicon) -> Query | None:
    """The query with letters that nothing sounds like read as the nearest known word; None when there is none."""
    nearest = {letters: lexicon.corrected(letters) for letters in query.sounding}
    if not any(nearest.values()):
        return None
    terms = list(islice(split(query.typed), TERMS))
    meant = [replace(term, folded=nearest.get(term.folded) or term.folded) for term in terms]
    found = _understood(" ".join(term.typed() for term in meant), meant, lexicon)
    return replace(found, literal=_to_the_letter(terms))


def _to_the_letter(terms: list[Term]) -> str:
    return " ".join(replace(term, quoted=True).typed() for term in terms)


def split(typed: str) -> Iterator[Term]:
    """The terms of a query that say something."""
    for found in TYPED.finditer(typed):
        folded = _bare(found["quoted"] if found["quoted"] is not None else found["plain"])
        if folded:
            yield Term(folded, found["quoted"] is not None, found["minus"] is not None)


def nearest(query: Query, lexicon: Lexicon) -> list[str]:
    """Queries that ask for less, the nearest first: each term, or word of the only one, left out, what nobody knows
    before the others; each alone; then the first and last parts of each."""
    terms = [term for term in islice(split(query.typed), TERMS) if not term.minus]
    if len(terms) == 1:
        terms = list(islice(_cut(terms, lexicon), TERMS))
    left_out = sorted(terms, key=lambda term: term.folded in lexicon.group_of) if len(terms) > 1 else []
    asked = [" ".join(term.typed() for term in terms if term is not one) for one in left_out]
    asked += [term.typed() for term in reversed(left_out)]
    for term in terms:
        row = units(term.folded if term.quoted else lexicon.variants(term.folded)[0])
        for length in range(len(row) - 1, 1, -1):
            asked += [_bare("".join(row[:length])), _bare("".join(row[-length:]))]
    return list(dict.fromkeys(each for each in asked if each and each != query.understood))


def _bare(text: str) -> str:
    """A folded term without the marks around it; empty when it says nothing."""
    folded = fold(text).strip()
    row = units(folded)
    if not any(unit != BETWEEN for unit in row):
        return ""
    return re.sub(r"^[\W_]+|[\W_]+$", "", folded)


def _letters(term: Term) -> bool:
    return not term.quoted and term.folded.isascii() and term.folded.isalpha() and len(term.folded) > 1


def _read(term: Term, lexicon: Lexicon) -> tuple[Clause, list[str]]:
    """What a term asks for, and the words it stands for, the full name first."""
    if term.quoted:
        return _any([_text(term.folded), *_code(term.folded)]), [term.folded]
    words = lexicon.variants(term.folded)
    if _letters(term) and (meant := lexicon.sounding.get(term.folded)):
        words = lexicon.variants(meant)
    elif _letters(term):
        words = [*words, *lexicon.short_for.get(term.folded, ())]
    asked: list[Clause] = [_text(word) for word in dict.fromkeys([*words, term.folded])]
    asked += _code(term.folded)
    if _letters(term):
        asked += _sound(term.folded, lexicon)
    elif mixed := _mixed(term.folded, lexicon):
        asked.append(mixed)
    return _any(asked), words


def _text(folded: str) -> Clause:
    return Phrase("text", *phrase(units(folded)))


def _code(folded: str) -> list[Clause]:
    """A code is found by its beginning, with or without what stands between its parts."""
    bare = "".join(unit for unit in units(folded) if unit != BETWEEN)
    return [Phrase("code", (bare,), True)] if bare.isascii() and len(bare) > 1 else []


def _sound(letters: str, lexicon: Lexicon) -> list[Clause]:
    ways = sounds.cut(letters)
    read = [(other, begun) for way, begun in ways for other in lexicon.sound_variants(way)]
    asked: list[Clause] = [Phrase("sound", *sounds.sound_phrase(way, begun)) for way, begun in read]
    if not ways or ways[0][1]:
        asked.append(Phrase("initials", *sounds.initial_phrase(letters)))
    return asked


def _mixed(folded: str, lexicon: Lexicon) -> Clause | None:
    """Letters beside characters: each part by itself, the letters by their sound too."""
    parts = [part for part in re.findall(r"[a-z]+|[^a-z]+", folded) if _bare(part)]
    if len(parts) < 2 or not any(part.isalpha() and part.isascii() for part in parts) or folded.isascii():
        return None
    return AllOf(tuple(_read(Term(part, False, False), lexicon)[0] for part in map(_bare, parts)))


def phrases(clause: Clause) -> list[Phrase]:
    """The phrases of a clause."""
    return [clause] if isinstance(clause, Phrase) else [one for each in clause.of for one in phrases(each)]


def _any(asked: list[Clause]) -> Clause:
    different = tuple(dict.fromkeys(asked))
    return different[0] if len(different) == 1 else AnyOf(different)
