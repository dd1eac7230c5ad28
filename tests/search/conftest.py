"""What a test of the search box may ask for: an engine of its own for an index, of each kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import copy
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from search.embedded import Embedded
from search.fields import Index
from search.question import Engine

if TYPE_CHECKING:
    from tests.elasticsearch import Server

ENGINES = ["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)]
NUMBERS = count(1)


@pytest.fixture
def on_elasticsearch(elasticsearch: "Server", worker_id: str) -> Iterator[Callable[..., Engine]]:
    """`on_elasticsearch(index)`: an engine under a name of its own, whose indices are removed after the test."""
    from search.elastic import Elastic

    with ExitStack() as after:
        address = after.enter_context(elasticsearch.used())

        def made(index: Index, **how: object) -> Elastic:
            own = copy(index)
            own.name = f"{index.name}-{worker_id}-{next(NUMBERS)}"
            engine = Elastic(address, own, at_once=True, **how)
            after.callback(forget, engine)
            return engine

        yield made


def forget(engine: Engine) -> None:
    client = engine.client
    if names := list(client.indices.get(index=f"{engine.index.name}.*")):
        client.indices.delete(index=names)
    for told in client.indices.get_index_template(name=f"{engine.index.name}.*")["index_templates"]:
        client.indices.delete_index_template(name=told["name"])
    client.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Index], Engine]:
    """`engine(index)`: an engine that holds nothing yet; a test that asks for it runs on each kind."""

    def made(index: Index) -> Engine:
        fresh = other(index) if other else Embedded(tmp_path / index.name, index)
        fresh.rebuild(())
        return fresh

    other = request.getfixturevalue("on_elasticsearch") if request.param == "elasticsearch" else None
    return made
