"""The web server and the worker as `make run` starts them, which may be killed at any moment and started again."""

import http.client
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic

import config
from scripts.serve import FLASK, ROOT, WEB

LONGEST = 60.0
SHORT = 0.02
ANYTHING_WRONG = ("Traceback", "unanswered error", "CRITICAL")


class Service:
    """Both processes on one database, and what they write. `kill` gives them no time to do anything."""

    def __init__(self, url: str, folder: Path, files: Path):
        self.folder, self.port = folder, free_port()
        given = {"ENV": "test", "DATABASE_URL": url, "DATA_DIR": str(folder), "FILES_DIR": str(files)}
        self.environment = {**os.environ, **given, "HOST": "127.0.0.1", "PORT": str(self.port)}
        self.settings = config.load(self.environment)
        self.commands = {"web": WEB, "worker": [*FLASK, "work"]}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start what does not run."""
        for name in self.commands.keys() - self.running.keys():
            with self.log(name).open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.commands[name], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
                )

    def kill(self, name: str) -> None:
        """SIGKILL to a process and all its children. Of the "web hands" only one dies, and the master sees to it."""
        if name == "web hand":
            with suppress(ProcessLookupError, IndexError):
                os.kill(hands_of(self.running["web"].pid)[0], signal.SIGKILL)
            return
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def complaints(self) -> list[str]:
        """What the two wrote of errors; a killed process has no time to write any."""
        lines = [line for name in self.commands if self.log(name).exists() for line in self.lines(name)]
        return [line for line in lines if any(word in line for word in ANYTHING_WRONG)]

    def lines(self, name: str) -> list[str]:
        return self.log(name).read_text(errors="replace").splitlines()

    def health(self) -> dict[str, object]:
        """What /healthz says; empty while nobody answers."""
        with suppress(OSError, http.client.HTTPException, ValueError):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
            connection.request("GET", "/healthz")
            answer = connection.getresponse().read()
            connection.close()
            return dict(json.loads(answer))
        return {}

    def await_answer(self) -> None:
        self._await(lambda: bool(self.health()), "the web server does not answer")

    def await_rest(self) -> None:
        """Wait until neither clock nor outbox has anything left to do, seen twice: one feeds the other."""
        self._await(lambda: self._rests() and self._rests(), "the worker does not catch up")

    def _rests(self) -> bool:
        said = self.health()
        return bool(said) and not any(said[name] for name in ("outbox_lag_seconds", "clock_lag_seconds"))

    def _await(self, question: Callable[[], bool], otherwise: str) -> None:
        ends = monotonic() + LONGEST
        while not question():
            if monotonic() > ends or any(one.poll() is not None for one in self.running.values()):
                raise AssertionError(f"{otherwise}: {self.health()}\n" + "\n".join(self.lines("web")[-20:]))
            Event().wait(SHORT)


def hands_of(pid: int) -> list[int]:
    """The processes a master has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
