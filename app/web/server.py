"""gunicorn's worker with threads, which also notes when each request came."""

import time
from datetime import UTC, datetime
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from app.web.arrival import came


class Worker(ThreadWorker):  # type: ignore[misc, unused-ignore]
    """A connection waits at the poller until something of a request is there: then the request has come, and it queues
    for a thread. Who opens a connection and says nothing has sent no request, and holds no thread up."""

    def enqueue_req(self, conn: Any) -> None:
        if not conn.initialized and not conn.data_ready:
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + self.cfg.keepalive
            self.pending_conns.append(conn)
            self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
        else:
            conn.came = datetime.now(UTC)
            super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        came.set(conn.came)
        return super().handle(conn)
