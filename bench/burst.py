"""Two thousand agencies enter one job in its last ten seconds, against the real server and worker on PostgreSQL.

    python -m bench.burst                      # a throw-away PostgreSQL with its disk writes on; needs PostgreSQL

Everybody has signed in and opened the form before, and the service has been at work: some of them have entered another
job in the minutes before. From ten seconds before the closing on, each sends its entry at its
own moment, 200 a second, over a connection of its own, without waiting for the others; the time is counted from that
moment to the whole answer. Then the clock closes and selects. Lost is an entry that was answered as received, or that
was sent before the closing, and does not stand on the list; an error is any other answer than that.

The server is gunicorn with gunicorn.conf.py, all on this machine, this program included: more processors, more room.
What one entry costs each of them in processor time is told beside the floor of the same run: as many requests, sent in
the same way to the same server around bench/bare.py, which keeps one row of each.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time, sleep
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert, select, text, update

import config
from app import create_app
from app.accounts.models import Membership, SignIn
from app.entries.models import Entry
from app.infra import db
from app.infra.secrets import hash_token
from app.jobs.models import Job
from app.selections.models import Selection
from bench import bare
from bench.crowd import copy_agency
from bench.processes import used_by
from tests import databases, make

AGENCIES = 2_000
RATE = 200  # a second
EARLIER, EARLIER_RATE = 200, 50  # who enter another job before
BEFORE = timedelta(seconds=AGENCIES / RATE)
AIM_MS = 500
PORT = 8790
PATIENCE = 180  # seconds for the selection of all of them


def main() -> None:
    if databases.binaries() is None:
        raise SystemExit("PostgreSQL is not installed")
    databases.SETTINGS.update(fsync="on", synchronous_commit="on", full_page_writes="on")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        cluster = databases.Cluster(folder)
        stack.callback(cluster.stop)
        settings = {
            "ENV": "production", "SECRET_KEY": secrets.token_hex(32), "SEAL_KEY": secrets.token_hex(32),
            "PORT": str(PORT), "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": cluster.create("burst"), "COOKIE_SECURE": "false",
        }  # fmt: skip
        app = create_app(config.load(settings))
        job_id, requests, earlier = prepared(app)
        database = cluster.process()
        with running(settings, server=["gunicorn", "bench.bare:app"]) as started:
            floor = counted(requests, monotonic() + 1, started | {"database": database})
        services = {"server": ["gunicorn"], "worker": ["flask", "--app", "app", "work"]}
        with running(settings, **services) as started:
            asyncio.run(burst(earlier, monotonic() + 1, EARLIER_RATE))
            closes = datetime.now(UTC) + BEFORE + timedelta(seconds=2)
            with db.transaction():
                db.session.execute(update(Job).where(Job.id == job_id).values(due=closes))
            begins = monotonic() + (closes - BEFORE - datetime.now(UTC)).total_seconds()
            entries = counted(requests, begins, started | {"database": database})
            tell(job_id, closes, entries.answers)
        tell_costs(entries.cost_ms, floor.cost_ms)


def prepared(app: Flask) -> tuple[int, list[bytes], list[bytes]]:
    """The open job, and the request of each of the agencies, signed in and with its form's tokens; and those of some of
    them for another job."""
    run = app.test_cli_runner()
    for args in (["migrate"], ["load"]):
        if (done := run.invoke(args=args, catch_exceptions=False)).exit_code:
            raise SystemExit(done.output)
    now = datetime.now(UTC)
    with db.transaction():
        model = make.agency(now=now)
        job_id, other_id = (make.job("open", now=now - timedelta(minutes=5)).id for _ in range(2))
        db.session.flush()
        connection = db.session.connection()
        ids = copy_agency(connection, model.id, AGENCIES)
        connection.execute(text("SELECT setval('unit_id_seq', max(id)) FROM unit"))
        places = connection.execute(
            select(Membership.id, Membership.user_id).where(Membership.unit_id.in_(ids)).order_by(Membership.unit_id)
        ).all()
        tokens = [secrets.token_urlsafe(32) for _ in places]
        until = now + timedelta(hours=1)
        common = {"at": now, "expires_at": until, "address": "", "agent": "", "right": True, "typed": ""}
        rows = [
            common | {"user_id": place.user_id, "membership_id": place.id, "token_hash": hash_token(token)}
            for place, token in zip(places, tokens, strict=True)
        ]
        connection.execute(insert(SignIn), rows)
        connection.execute(text(bare.TABLE))
    with db.session.get_bind().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # type: ignore[union-attr]
        connection.execute(text("ANALYZE"))
    requests, earlier = [request(app, job_id, token) for token in tokens], tokens[:EARLIER]
    return job_id, requests, [request(app, other_id, token) for token in earlier]


def request(app: Flask, job_id: int, token: str) -> bytes:
    """One entry as a browser sends it: the cookie of the sign-in, the form's tokens, a contribution of its own."""
    raw = secrets.token_hex(20)
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = signer.dumps({"_user_id": token, "_fresh": True, "csrf_token": raw})
    csrf = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(raw)
    sent = {"csrf_token": csrf, "once": secrets.token_urlsafe(16), "contribution": secrets.token_hex(32)}
    body = urlencode(sent).encode()
    head = (
        f"POST /jobs/{job_id}/enter HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nCookie: session={cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def wait_for_server() -> None:
    for _ in range(200):
        try:
            asyncio.run(asyncio.wait_for(sent(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), 5))
            return
        except OSError:
            sleep(0.1)
    raise SystemExit("the server does not answer")


async def sent(request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def burst(requests: list[bytes], begins: float, rate: int = RATE) -> list[tuple[float, str]]:
    """(seconds it took, status line and where it led) of each."""

    async def one(place: int, content: bytes) -> tuple[float, str]:
        due = begins + place / rate
        await asyncio.sleep(due - monotonic())
        try:
            answer = (await sent(content)).decode("utf-8", "replace")
        except OSError as error:
            return monotonic() - due, repr(error)
        lines = answer.partition("\r\n\r\n")[0].splitlines() or [""]
        led = next((line for line in lines if line.lower().startswith("location:")), "")
        return monotonic() - due, f"{lines[0]} {led}"

    return await asyncio.gather(*(one(place, content) for place, content in enumerate(requests)))


@dataclass(frozen=True)
class Counted:
    """What was answered (see `burst`), and the milliseconds of processor time that one request cost each process."""

    answers: list[tuple[float, str]]
    cost_ms: dict[str, float]


def counted(requests: list[bytes], begins: float, processes: dict[str, int]) -> Counted:
    """Send them all; the processes, by their ids, and the sender itself are counted from the first to the last."""
    sleep(max(0.0, begins - monotonic() - 0.5))
    before, own = {name: used_by(pid) for name, pid in processes.items()}, process_time()
    answers = asyncio.run(burst(requests, begins))
    used = {"sender": process_time() - own}
    used |= {name: used_by(pid) - before[name] for name, pid in processes.items()}
    return Counted(answers, {name: each * 1000 / len(requests) for name, each in used.items()})


def tell(job_id: int, closes: datetime, answers: list[tuple[float, str]]) -> None:
    took = sorted(each * 1000 for each, _ in answers)
    received = [said for _, said in answers if " 303 " in said and "/entries/" in said]
    for said in sorted({said for _, said in answers} - set(received))[:5]:
        print(f"another answer: {said}")
    listed = in_the_end(job_id)
    with db.transaction():
        instants = db.session.scalars(select(Entry.received_at).where(Entry.job_id == job_id)).all()
        late = max((one - closes).total_seconds() for one in instants) if instants else 0.0
    print(f"{len(answers):,} entries at {RATE} a second, {os.cpu_count()} processors for server, database and sender")
    print(f"half answered within {took[len(took) // 2]:8.0f} ms")
    print(f"99 of 100 within     {took[len(took) * 99 // 100]:8.0f} ms (aim {AIM_MS})")
    print(f"the slowest          {took[-1]:8.0f} ms")
    seconds = [answers[first : first + RATE] for first in range(0, len(answers), RATE)]
    slowest = " ".join(f"{max(each for each, _ in part) * 1000:.0f}" for part in seconds)
    print(f"the slowest of each second's, ms: {slowest}")
    print(f"errors {len(answers) - len(received)}, lost {len(answers) - listed}")
    print(f"the last was received {-late:.2f} s before the closing")
    if len(received) != len(answers) or listed != len(answers):
        raise SystemExit("not everybody stands on the list")


def tell_costs(entry: dict[str, float], floor: dict[str, float]) -> None:
    print("processor time       one entry   one bare row")
    for name, each in (entry | {"all of them": sum(entry.values())}).items():
        least = floor.get(name, sum(floor.values()) if name == "all of them" else 0.0)
        ratio = f"{each / least:8.1f} times" if least else ""
        print(f"{name:20} {each:6.2f} ms {least:11.2f} ms {ratio}")


def in_the_end(job_id: int) -> int:
    """How many entrants the selection had."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with db.transaction():
            entrants = db.session.scalar(select(Selection.entries).where(Selection.job_id == job_id))
        if entrants is not None:
            return entrants
        sleep(1)
    return 0


@contextmanager
def running(settings: dict[str, str], **commands: list[str]) -> Iterator[dict[str, int]]:
    """Python modules with their arguments, the server among them, running by their names; their process ids."""
    with ExitStack() as stack:
        started = {}
        for name, command in commands.items():
            process = subprocess.Popen([sys.executable, "-m", *command], env=os.environ | settings)
            stack.callback(stop, process)
            started[name] = process.pid
        wait_for_server()
        yield started


def stop(process: "subprocess.Popen[Any]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    main()
