"""An Elasticsearch to measure on: the one that SEARCH_URL names, or a throw-away one where Java is there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.elasticsearch import Server, missing

HEAP = "-Xms4g -Xmx4g"


@contextmanager
def elasticsearch() -> Iterator[tuple[str, int | None]]:
    """Its address, empty where there is none, and its process, where that is ours."""
    if url := os.environ.get("SEARCH_URL"):
        yield url, None
    elif why := missing():
        print(f"without Elasticsearch: {why}")
        yield "", None
    else:
        with TemporaryDirectory() as shared:
            server = Server(Path(shared), HEAP)
            try:
                url = server.start()
                process = int((server.folder / "pid").read_text())
                print(f"Elasticsearch with {HEAP}, its files in {server.folder}")
                yield url, process
            finally:
                server.stop()
