"""Reading a drand round over the network: from a relay on this machine, and only where it is allowed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from app.infra import outside
from app.kernel.outside import CHAIN, drand_round

VALUE = drand_round(datetime(2026, 10, 10, 16, tzinfo=UTC))
SIGNATURE = "a1" * 48
RANDOMNESS = sha256(bytes.fromhex(SIGNATURE)).hexdigest()
ROUND = {"round": VALUE.number, "randomness": RANDOMNESS, "signature": SIGNATURE}


class Relay(BaseHTTPRequestHandler):
    answers: Any = ROUND
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = self.answers if isinstance(self.answers, bytes) else json.dumps(self.answers).encode()
        self.send_response(200 if self.answers else 404)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def relay() -> Iterator[type[Relay]]:
    """A relay that the service may read."""
    server = HTTPServer(("127.0.0.1", 0), Relay)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    outside.allow("drand", f"http://127.0.0.1:{server.server_port}/")
    Relay.answers, Relay.asked = ROUND, []
    yield Relay
    outside.allow("off", "")
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_round_is_read_by_its_number(relay):
    assert outside.read(VALUE) == RANDOMNESS
    assert relay.asked == [f"/{CHAIN}/public/{VALUE.number}"]


WRONG = [
    {}, b"no json", [], "text", ROUND | {"round": VALUE.number + 1}, ROUND | {"randomness": "00" * 32},
    ROUND | {"signature": "zz"}, ROUND | {"signature": None}, {"round": VALUE.number},
]  # fmt: skip


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_an_answer_that_is_not_that_round_is_refused(relay, answer):
    relay.answers = answer
    with pytest.raises(outside.Unreadable):
        outside.read(VALUE)


def test_a_relay_that_does_not_answer_is_unreadable(relay):
    outside.allow("drand", "http://127.0.0.1:1")
    with pytest.raises(outside.Unreadable):
        outside.read(VALUE)


def test_nothing_is_read_unless_it_is_allowed():
    assert not outside.reads("drand")
    outside.allow("drand", "https://relay.invalid")
    assert outside.reads("drand") and not outside.reads("welfare_3d") and not outside.reads(None)
    outside.allow("off", "https://relay.invalid")
    assert not outside.reads("drand")
