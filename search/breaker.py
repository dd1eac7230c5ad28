"""A circuit breaker before an engine: when it failed a few times in a row it is left alone for some seconds."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

from search.fields import Document
from search.question import Engine, Found, Question, Unavailable

FAILURES, PAUSE = 3, 5.0  # in a row; seconds


class Breaker:
    """See `Engine`. After `failures` calls in a row that were `Unavailable` every call is so at once, for `pause`
    seconds; then one is tried, and the others still refused until it answered, or as long again went by. To build anew
    is never refused: it is what mends."""

    def __init__(
        self,
        engine: Engine,
        *,
        failures: int = FAILURES,
        pause: float = PAUSE,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.engine, self.index = engine, engine.index
        self.failures, self.pause, self.clock = failures, pause, clock
        self.lock, self.failed, self.until = Lock(), 0, 0.0

    def find(self, question: Question) -> Found:
        with self._guarded():
            return self.engine.find(question)

    def put(self, documents: Iterable[Document]) -> None:
        with self._guarded():
            self.engine.put(documents)

    def digests(self) -> Iterator[tuple[str, int]]:
        with self._guarded():
            yield from self.engine.digests()

    def ready(self) -> bool:
        with self._guarded():
            return self.engine.ready()

    def rebuild(self, documents: Iterable[Document]) -> int:
        with self._noted():
            return self.engine.rebuild(documents)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self.lock:
            if self.failed >= self.failures:
                if self.clock() < self.until:
                    raise Unavailable("the engine failed a moment ago")
                self.until = self.clock() + self.pause
        with self._noted():
            yield

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Count the failures in a row."""
        try:
            yield
        except Unavailable:
            with self.lock:
                self.failed += 1
                self.until = self.clock() + self.pause
            raise
        with self.lock:
            self.failed = 0
