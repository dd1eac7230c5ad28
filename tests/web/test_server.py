"""The real server tells when a request came, and not when its turn did."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple

import pytest

from app.web.arrival import came

ROOT = Path(__file__).parent.parent.parent
TURN = 0.8  # seconds for which one request holds the only thread
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Came: 1999-01-01\r\n\r\n"
AT_ONCE = timedelta(seconds=TURN / 2)


def service(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """What the server of this test serves: when the request came, after a while."""
    sleep(TURN)
    told = f"{came.get()} {os.getpid()}".encode()
    start("200 OK", [("Content-Length", str(len(told)))])
    return [told]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    options = ["--worker-class", "app.web.server.Worker", "--threads", "1", "--bind", f"127.0.0.1:{number}"]
    command = [sys.executable, "-m", "gunicorn", "-c", "/dev/null", *options, "tests.web.test_server:service"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", number)) == 0:
                    break
            sleep(0.05)
        told(number)  # from the first answer on, its worker is there
        yield number
        server.terminate()


class Told(NamedTuple):
    """When a request was sent, when it came by the answer, and the process that answered."""

    sent: datetime
    came: datetime
    worker: int

    @property
    def took(self) -> timedelta:
        return self.came - self.sent


def told(port: int, before: float = 0) -> Told:
    """A request, sent `before` seconds after its connection was opened."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        sleep(before)
        sent = datetime.now(UTC)
        connection.sendall(REQUEST)
        answer = connection.makefile("rb").read()
    instant, worker = answer.rpartition(b"\r\n\r\n")[2].decode().rsplit(" ", 1)
    return Told(sent, datetime.fromisoformat(instant), int(worker))


def test_requests_that_wait_for_their_turn_have_come_when_they_were_sent(port: int) -> None:
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(told, [port] * 3))
    assert all(timedelta() <= answer.took < AT_ONCE for answer in answers)


def test_an_open_connection_is_no_request(port: int) -> None:
    assert timedelta() <= told(port, before=2 * TURN).took < AT_ONCE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize("before", [0, TURN / 2])
def test_a_request_has_come_when_it_was_sent_although_the_server_was_too_busy_to_look(port: int, before: float) -> None:
    worker = told(port).worker
    with ThreadPoolExecutor(1) as threads:
        os.kill(worker, signal.SIGSTOP)
        answer = threads.submit(told, port, before)
        sleep(2 * TURN)
        os.kill(worker, signal.SIGCONT)
        assert timedelta() <= answer.result().took < AT_ONCE
