"""A market that can be searched: an index in a folder of its own, followed by every event."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import wiring
from app.finding import operations
from app.infra import record, searched
from tests.staging import NOW


@pytest.fixture
def search(app: Flask, tmp_path: Path) -> Iterator[Callable[[], int]]:
    """`search()`: let everything there is be found. What happens afterwards is followed by the outbox."""
    searched.plug(str(tmp_path / "search"), wiring.FOUND)
    record.plug(wiring.REACTIONS, wiring.FOLLOWED)
    yield lambda: operations.rebuild(NOW)
    searched.plug("off", wiring.FOUND)
    record.plug(wiring.REACTIONS, {})
