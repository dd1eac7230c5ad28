"""What a test of the search box may ask for: an engine of its own for an index."""

from collections.abc import Callable
from pathlib import Path

import pytest

from search.embedded import Embedded
from search.fields import Index
from search.question import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Callable[[Index], Engine]:
    """`engine(index)`: an engine that holds nothing yet."""

    def made(index: Index) -> Engine:
        fresh = Embedded(tmp_path / index.name, index)
        fresh.rebuild(())
        return fresh

    return made
