"""The engine on an Elasticsearch 8.19 or later: one index on it, behind a name that says for which fields it was made.

The name is an alias, so that an index built anew takes the place of the present one at once; a second alias stands on
the one that is being built, and whoever writes meanwhile writes to both.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import islice

from elasticsearch import ApiError, Elasticsearch, TransportError, UnsupportedProductError

from search.elastic_question import found, request
from search.elastic_rows import REFRESH, Told, named, row, template
from search.fields import Document, Index
from search.question import Found, Question, Unavailable

ASKING, LONGER = 3.0, 10  # seconds one question may take, and how many times that one write
PATIENCE, MORE = 10.0, 6  # seconds a write is tried again for, and how many times that while building
FIRST_WAIT, LONGEST_WAIT = 0.1, 3.0
BATCH, READ, AT_A_TIME = 1_000, 5_000, 2  # documents; batches
BUSY = {429, 502, 503, 504}
KNOWN_LATER, MISSING = 409, 404
THERE: Told = {"range": {"digest": {"gt": 0}}}

Rows = list[tuple[str, Document, Told]]


class Elastic:
    """See `Engine`. With `at_once` what is `put` is found as soon as that returns, not within a moment."""

    def __init__(
        self, url: str, index: Index, *, at_once: bool = False, asking: float = ASKING, patience: float = PATIENCE
    ):
        self.url, self.index, self.at_once = url, index, at_once
        self.asking, self.writing, self.patience = asking, LONGER * asking, patience
        self.name = named(index)
        self.building = f"{self.name}-building"

    @cached_property
    def client(self) -> Elasticsearch:
        return Elasticsearch(self.url, request_timeout=self.asking, max_retries=0)

    # -- asking -------------------------------------------------------------------------------------------------------

    def find(self, question: Question) -> Found:
        asked = request(self.index, question)
        with _answers():
            answer = self.client.search(
                index=self.name, **asked, source=False, stored_fields="_none_", track_total_hits=True,
                allow_partial_search_results=False, request_cache=True, timeout=f"{int(self.asking * 1000)}ms",
            )  # fmt: skip
            if answer["timed_out"]:
                raise Unavailable("the question takes too long")
            return found(question, answer)

    def ready(self) -> bool:
        with _answers():
            return bool(self.client.indices.exists_alias(name=self.name))

    def digests(self) -> Iterator[tuple[str, int]]:
        with _answers():
            client = self.client.options(request_timeout=self.writing)
            view = client.open_point_in_time(index=self.name, keep_alive="2m")["id"]
            try:
                after: Told = {}
                while True:
                    answer = client.search(
                        pit={"id": view, "keep_alive": "2m"}, query=THERE, size=READ, sort="_shard_doc", source=False,
                        docvalue_fields=[{"field": "key"}, {"field": "digest"}], track_total_hits=False, **after,
                    )  # fmt: skip
                    hits = answer["hits"]["hits"]
                    if not hits:
                        break
                    yield from [(hit["fields"]["key"][0], hit["fields"]["digest"][0]) for hit in hits]
                    after = {"search_after": hits[-1]["sort"]}
            finally:
                client.close_point_in_time(id=view)

    # -- writing ------------------------------------------------------------------------------------------------------

    def put(self, documents: Iterable[Document]) -> None:
        rest = iter(documents)
        while batch := list(islice(rest, BATCH)):
            self._write(batch, self._to_put, self.patience)

    def _to_put(self) -> list[str]:
        """The names to write to: a row that was changed after this is read by whoever builds anew later."""
        with _answers():
            also = self.client.indices.exists_alias(name=self.building)
            return [self.name, self.building] if also else [self.name]

    def rebuild(self, documents: Iterable[Document]) -> int:
        client = self.client.options(request_timeout=self.writing)
        with _answers():
            made = self._made(client)
            for left in (each for each, stands in made.items() if not stands):
                client.indices.delete(index=left, ignore_unavailable=True)
            new = f"{self.name}-{max(map(_number, made), default=0) + 1:06}"
            self._tell_template(client)
            hidden = {"index": {"refresh_interval": "-1"}}
            client.indices.create(index=new, aliases={self.building: {}}, settings=hidden)
        try:
            if self._fill(documents) > 1:
                self._join(new)
            with _answers():
                client.indices.put_settings(index=new, settings={"index": {"refresh_interval": REFRESH}})
                client.indices.refresh(index=new)
                self._swap(client, new)
                return int(client.count(index=self.name, query=THERE)["count"])
        except BaseException:
            with suppress(Unavailable), _answers():
                if not client.indices.exists_alias(index=new, name=self.name):
                    client.indices.delete(index=new, ignore_unavailable=True)
            raise

    def _fill(self, documents: Iterable[Document]) -> int:
        """Write documents into the index that is being built, the next ones made ready while the server takes the last;
        how many batches there were."""
        rest, batches, sent = iter(documents), 0, deque[Future[None]]()
        with ThreadPoolExecutor(AT_A_TIME) as writers:
            while batch := list(islice(rest, BATCH)):
                if len(sent) == AT_A_TIME:
                    sent.popleft().result()
                sent.append(writers.submit(self._write, batch, lambda: [self.building], MORE * self.patience))
                batches += 1
            for last in sent:
                last.result()
        return batches

    def _join(self, new: str) -> None:
        """Let what was written in many parts be one, which is asked quicker; it is as right without."""
        with suppress(ApiError, TransportError):
            client = self.client.options(request_timeout=LONGER * self.writing)
            client.indices.forcemerge(index=new, max_num_segments=1)

    def _made(self, client: Elasticsearch) -> dict[str, bool]:
        """The indices that were made, of these fields or others, and whether each stands under its name."""
        aliases = client.indices.get_alias(index=f"{self.index.name}.*", allow_no_indices=True)
        return {each: any(not name.endswith("-building") for name in told["aliases"]) for each, told in aliases.items()}

    def _tell_template(self, client: Elasticsearch) -> None:
        client.indices.put_index_template(
            name=self.name, index_patterns=[f"{self.name}-*"], template=template(self.index), version=self.index.version
        )

    def _swap(self, client: Elasticsearch, new: str) -> None:
        """All at once: no question finds no index, and no write is lost."""
        actions: list[Told] = [{"remove_index": {"index": each}} for each in self._made(client) if each != new]
        actions += [
            {"add": {"index": new, "alias": self.name}},
            {"remove": {"index": new, "alias": self.building}},
        ]
        client.indices.update_aliases(actions=actions)
        for told in client.indices.get_index_template(name=f"{self.index.name}.*")["index_templates"]:
            if told["name"] != self.name:
                client.indices.delete_index_template(name=told["name"])

    def _begin(self) -> None:
        """An empty index where there is none; another process may have made it first."""
        with _answers():
            client = self.client.options(request_timeout=self.writing)
            if not client.indices.exists_alias(name=self.name):
                self._tell_template(client)
                client.options(ignore_status=400).indices.create(index=f"{self.name}-000000", aliases={self.name: {}})

    def _write(self, documents: list[Document], names: Callable[[], list[str]], patience: float) -> None:
        """Write documents under each name; again what the server was too busy for, until patience ends."""
        told = [(document, row(self.index, document)) for document in documents]
        rows: Rows | None = None
        until, wait, why = time.monotonic() + patience, FIRST_WAIT, ""
        while rows is None or rows:
            left = until - time.monotonic()
            if left <= 0:
                raise Unavailable(f"not written: {why}")
            try:
                if rows is None:
                    rows = [(name, *each) for name in names() for each in told]
                rows, why = self._written(rows, min(self.writing, left)), "the server is busy"
            except Unavailable as unavailable:
                why = str(unavailable)
            if rows is None or rows:
                time.sleep(min(wait, max(until - time.monotonic(), 0)))
                wait = min(wait * 2, LONGEST_WAIT)

    def _written(self, rows: Rows, within: float) -> Rows:
        """Write rows once; those that must be tried again."""
        operations: list[Told] = []
        for name, document, told in rows:
            versioned = {"version": document.version, "version_type": "external_gte"}
            operations += [{"index": {"_index": name, "_id": document.key, **versioned}}, told]
        with _answers():
            client = self.client.options(request_timeout=within)
            answer = client.bulk(operations=operations, require_alias=True, refresh=self.at_once)
            results = [(int(item["index"]["status"]), item["index"].get("error")) for item in answer["items"]]
        again, none_yet = [], False
        for each, (status, error) in zip(rows, results, strict=True):
            nowhere = status == MISSING and each[0] == self.name
            none_yet |= nowhere
            if nowhere or status in BUSY:
                again.append(each)
            elif status >= 300 and status not in (KNOWN_LATER, MISSING):
                raise ValueError(f"{each[1].key} is not taken: {error}")
        if none_yet:
            self._begin()
        return again


def _number(index: str) -> int:
    number = index.rpartition("-")[2]
    return int(number) if number.isdigit() else 0


@contextmanager
def _answers() -> Iterator[None]:
    """Whatever the server does but answer is `Unavailable`."""
    try:
        yield
    except (ApiError, TransportError, UnsupportedProductError) as error:
        raise Unavailable(str(error)) from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(f"an answer that is none: {error}") from error
