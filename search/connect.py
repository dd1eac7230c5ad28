"""The engine that an address names."""

from pathlib import Path

from search.embedded import Embedded
from search.fields import Index
from search.question import Engine


def connect(place: str, index: Index) -> Engine:
    """The engine of an index: embedded, in the folder that `place` is."""
    return Embedded(Path(place), index)
