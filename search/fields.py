"""What an index holds: its fields, how much each weighs, by which one counts and sorts, and who may find what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True)
class Text:
    """Words to search in: one string, or several pieces that are no sentence together. `weight` ranks what matches here
    above what matches elsewhere; `sounds` finds it by its pinyin as well."""

    weight: int = 1
    sounds: bool = False


@dataclass(frozen=True)
class Code:
    """A public code or number, found whole and by its beginning, with or without its dashes."""

    weight: int = 10


@dataclass(frozen=True)
class Facet:
    """One value by which results are counted and narrowed; None for none."""


@dataclass(frozen=True)
class Tree:
    """A place in a tree, as the values from the root down to the place itself; narrowing by one keeps all below it."""


@dataclass(frozen=True)
class Number:
    """A whole number by which results are sorted; None sorts last."""


@dataclass(frozen=True)
class Moment:
    """An aware instant by which results are sorted; None sorts last."""


Field = Text | Code | Facet | Tree | Number | Moment


@dataclass(frozen=True)
class Ranking:
    """What moves a result besides its words. `favour` multiplies by the value of a facet (values not named: 1).
    `fresh_for` halves a result each so many days after the moment `fresh_by`, down to a half in all, for the values
    named of the facet `favour_by`. A document whose number `lowered_by` is 1 counts half: what lowers it is a published
    rule of whoever fills it."""

    favour_by: str = ""
    favour: Mapping[str, float] = field(default_factory=dict)
    fresh_by: str = ""
    fresh_for: Mapping[str, float] = field(default_factory=dict)
    lowered_by: str = ""


class Index:
    """An index by name. `version` changes with the meaning of its fields: an engine rebuilds what has another one."""

    def __init__(self, name: str, version: int, ranking: Ranking | None = None, **fields: Field):
        self.name, self.version, self.ranking, self.fields = name, version, ranking or Ranking(), fields
        self.texts = {name: each for name, each in fields.items() if isinstance(each, Text)}
        self.codes = [name for name, each in fields.items() if isinstance(each, Code)]
        self.facets = [name for name, each in fields.items() if isinstance(each, Facet)]
        self.trees = [name for name, each in fields.items() if isinstance(each, Tree)]
        self.numbers = [name for name, each in fields.items() if isinstance(each, Number)]
        self.moments = [name for name, each in fields.items() if isinstance(each, Moment)]
        self.title = max(self.texts, key=lambda name: self.texts[name].weight)

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise ValueError unless exactly the fields of the index are filled."""
        if set(values) != set(self.fields):
            raise ValueError(f"{self.name}: {sorted(set(values) ^ set(self.fields))} must be filled, or do not exist")


@dataclass(frozen=True)
class Document:
    """How a thing looks in an index. `key` names it, `version` orders what is said of it (a later one is never
    overwritten by an earlier one), `audiences` are those who may find it. `values` fills every field of the index;
    None says that the thing is gone."""

    key: str
    version: int
    audiences: frozenset[str] = frozenset()
    values: Mapping[str, Any] | None = None

    def digest(self) -> int:
        """63 bits over all that is said, to compare an index with what it should hold; 0 when the thing is gone."""
        if self.values is None:
            return 0
        said = [(name, _plain(value)) for name, value in sorted(self.values.items())]
        told = repr((sorted(self.audiences), said)).encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(told, digest_size=8).digest(), "big") >> 1 | 1


def _plain(value: Any) -> Any:
    """The same for the same instant in another zone, and for the same pieces in another kind of row."""
    if isinstance(value, list):
        return tuple(value)
    return value.timestamp() if isinstance(value, datetime) else value


def pieces(value: Any) -> tuple[str, ...]:
    """The pieces of a text or code field's value."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
