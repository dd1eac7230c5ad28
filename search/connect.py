"""Which engine: an Elasticsearch by its address, or the embedded one by its folder."""

from pathlib import Path

from search.breaker import Breaker
from search.embedded import Embedded
from search.fields import Index
from search.question import Engine


def connect(place: str | Path, index: Index) -> Engine:
    """`place` is an address like "https://name:password@host:9200", or a folder, which need not exist yet."""
    if str(place).startswith(("http://", "https://")):
        from search.elastic import Elastic  # a client that most need not load

        return Breaker(Elastic(str(place), index))
    return Embedded(Path(place), index)
