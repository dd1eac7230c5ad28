"""gunicorn's worker with threads, which also notes when each request came, and does not rest on an old almanac."""

import struct
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from selectors import EVENT_READ
from socket import CMSG_SPACE, MSG_DONTWAIT, MSG_PEEK, SOL_SOCKET, socket
from threading import Event, Thread
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from app.infra.almanac import watch
from app.web.arrival import came

# Of Linux (asm-generic/socket.h); Python has no name for it. With what is read comes when it arrived: a timespec.
SO_TIMESTAMPNS, TIMESPEC = 35, struct.Struct("@ll")
ROOM = CMSG_SPACE(TIMESPEC.size)


class Worker(ThreadWorker):  # type: ignore[misc, unused-ignore]
    """A connection waits at the poller until something of a request is there: then the request has come, and it queues
    for a thread. Who opens a connection and says nothing has sent no request, and holds no thread up."""

    def init_process(self) -> None:
        if sys.platform == "linux":
            for listens in self.sockets:  # what it accepts does the same
                listens.setsockopt(SOL_SOCKET, SO_TIMESTAMPNS, 1)
        Thread(target=watch, args=(Event(),), daemon=True).start()
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        if not conn.initialized and not conn.data_ready:
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + self.cfg.keepalive
            self.pending_conns.append(conn)
            self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
        else:
            conn.came = arrival(conn.sock)
            super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        came.set(conn.came)
        return super().handle(conn)


def arrival(connection: socket) -> datetime:
    """When what waits to be read from a connection arrived, by the kernel, which also tells it of the time in which
    this process was too busy to look; now, where the kernel does not tell."""
    now = datetime.now(UTC)
    with suppress(OSError, NotImplementedError):
        _, told, _, _ = connection.recvmsg(1, ROOM, MSG_PEEK | MSG_DONTWAIT)
        for level, kind, value in told:
            if (level, kind) == (SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = TIMESPEC.unpack_from(value)
                return min(datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=nanoseconds // 1000), now)
    return now
