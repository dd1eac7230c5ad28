"""Which engine: an Elasticsearch by its address, or the embedded one by its folder."""

from pathlib import Path

from search.breaker import Breaker
from search.elastic import Elastic
from search.embedded import Embedded
from search.fields import Index
from search.question import Engine


def connect(where: str | Path, index: Index) -> Engine:
    """`where` is an address like "https://name:password@host:9200", or a folder, which need not exist yet."""
    if str(where).startswith(("http://", "https://")):
        return Breaker(Elastic(str(where), index))
    return Embedded(Path(where), index)
