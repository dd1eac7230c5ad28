"""Run the service on this machine: prepare the database, then the web server and the worker side by side.

Ctrl-C, SIGTERM or a closed terminal stops both, also when only `make` is told; if one of them ends by itself the other
is stopped too and the exit code is not zero. With the argument `prepare` only the first part is done, all commands in
one process because starting one is what costs.
"""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import config  # noqa: E402

PATIENCE = 10  # seconds a process may take to stop before it is killed; gunicorn.conf.py gives requests less
GLANCE = 0.5  # seconds between two looks at whoever started us
PR_SET_PDEATHSIG = 1
WEB = [sys.executable, "-m", "gunicorn"]
FLASK = [sys.executable, "-m", "flask", "--app", "app"]
PREPARE = (["migrate"], ["load"], ["demo", "--if-empty"], ["search", "rebuild", "--if-missing"])
WELCOME = ["welcome"]


class Stop(Exception):
    """Someone asked us to stop."""


def main() -> int:
    settings = config.load(os.environ)
    refuse_a_taken_port(settings["HOST"], settings["PORT"])
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        heed_stops()
        running["preparation"] = start([sys.executable, __file__, "prepare"], stdout=subprocess.PIPE)
        welcome, _ = running["preparation"].communicate()
        if code := running.pop("preparation").returncode:
            return code
        running["web server"] = start(WEB)
        running["worker"] = start([*FLASK, "work"])
        return watch(running, settings, welcome.decode())
    except Stop:
        return 0
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        stop(running)


def prepare() -> int:
    """Run the commands that must come first. What they say goes to stderr; stdout is the welcome, to be said later."""
    from flask.cli import ScriptInfo

    from app import create_app

    service = create_app()
    for command in (*PREPARE, WELCOME):
        with redirect_stdout(sys.stdout if command is WELCOME else sys.stderr):
            try:
                service.cli.main(command, "flask", obj=ScriptInfo(create_app=lambda: service))
            except SystemExit as end:
                if end.code:
                    print(f"flask {' '.join(command)} failed: see above", file=sys.stderr)
                    return 1
    return 0


def heed_stops() -> None:
    """Let every way of being told to stop raise Stop. A hang-up that was already ignored (nohup) stays ignored."""
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, interrupt)
    if "MAKELEVEL" in os.environ:
        heed_make()


def interrupt(number: int, frame: object) -> None:
    raise Stop


def heed_make() -> None:
    """Stop when make, which started us, is gone, or is told to end: then it says nothing and waits for us."""
    make = os.getppid()
    listens_to = caught_by(make)

    def look(number: int, frame: object) -> None:
        if os.getppid() != make or caught_by(make) < listens_to:
            raise Stop

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, GLANCE, GLANCE)


def caught_by(process: int) -> set[int]:
    """Which of Ctrl-C and a hang-up a process has an answer of its own to; none where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return set()
    mask = re.search(r"^SigCgt:\s*([0-9a-f]+)", status, re.MULTILINE)
    return {number for number in (signal.SIGINT, signal.SIGHUP) if mask and int(mask[1], 16) >> (number - 1) & 1}


def refuse_a_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SystemExit(
                f"Cannot listen on {host} port {port} ({error.strerror}). Try: make run PORT={port + 1}"
            ) from None


def start(command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
    """In a session of its own, so that a Ctrl-C in the terminal reaches only us and the end is orderly."""
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=outlive_nobody, **options)


def outlive_nobody() -> None:
    """Ask Linux to end this process when we are killed without a word."""
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def watch(running: "dict[str, subprocess.Popen[bytes]]", settings: config.Settings, welcome: str) -> int:
    """Say welcome once the web server answers; return when a process has ended."""
    welcomed = False
    while True:
        for name, process in running.items():
            if process.poll() is not None:
                print(f"The {name} ended (code {process.returncode}); stopping.", file=sys.stderr)
                return 1
        if not welcomed and answers(settings):
            print(welcome, end="", flush=True)
            welcomed = True
        time.sleep(0.2)


def answers(settings: config.Settings) -> bool:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104, a question and not a binding
    host = everywhere.get(settings["HOST"], settings["HOST"])
    try:
        urllib.request.urlopen(f"http://{host}:{settings['PORT']}/healthz", timeout=2).close()
    except urllib.error.HTTPError:
        return True  # it answers, even if only to say that it is behind
    except OSError:
        return False
    return True


def stop(running: "dict[str, subprocess.Popen[bytes]]") -> None:
    """Ask all to end, wait, then kill what is left of their process groups, and reap every one.

    They are asked again each second, because a process that is just being forked does not hear it.
    """
    patience_ends = time.monotonic() + PATIENCE
    while (left := [one for one in running.values() if one.poll() is None]) and time.monotonic() < patience_ends:
        for process in left:
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            left[0].wait(min(1, PATIENCE))
    for process in running.values():
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    sys.exit(prepare() if sys.argv[1:] == ["prepare"] else main())
