"""A market that can be searched: an index of its own, followed by every event; embedded beside SQLite, on Elasticsearch
beside PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import wiring
from app.finding import operations
from app.infra import record, searched
from app.infra.db import transaction
from search.connect import connect
from search.question import Engine
from tests import replay
from tests.search.conftest import on_elasticsearch  # noqa: F401
from tests.staging import NOW


@pytest.fixture
def search(request: pytest.FixtureRequest, app: Flask, backend: str, tmp_path: Path) -> Iterator[Callable[[], int]]:
    """`search()`: let everything there is be found. What happens afterwards is followed by the outbox."""

    def found() -> int:
        with transaction():
            return operations.rebuild(NOW)

    replay.off()
    searched.use(an_engine(request, backend, tmp_path))
    record.plug(wiring.REACTIONS, wiring.FOLLOWED)
    yield found
    searched.use(None)
    record.plug(wiring.REACTIONS, {})


def an_engine(request: pytest.FixtureRequest, backend: str, folder: Path) -> Engine:
    if backend == "sqlite":
        return connect(folder / "search", searched.MARKET)
    made: Engine = request.getfixturevalue("on_elasticsearch")(searched.MARKET)
    return made
