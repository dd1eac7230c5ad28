"""Two processes side by side: neither is left alone, none is left behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from scripts import serve

ROOT = Path(__file__).parent.parent.parent
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'on'); time.sleep(60)",
]
NOWHERE = {"HOST": "127.0.0.1", "PORT": 1}


def test_when_one_ends_the_other_is_stopped(capfd: pytest.CaptureFixture[str]):
    running = {"web server": serve.start(SLEEP), "worker": serve.start([sys.executable, "-c", "raise SystemExit(3)"])}
    assert serve.watch(running, NOWHERE, "welcome") == 1
    serve.stop(running)
    assert running["web server"].returncode == -signal.SIGTERM
    assert "The worker ended (code 3); stopping." in capfd.readouterr().err


def test_a_process_that_will_not_stop_is_killed_with_its_children(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(serve, "PATIENCE", 0.3)
    parent = f"import subprocess; subprocess.Popen({STUBBORN!r}); subprocess.run({STUBBORN!r})"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == b"onon"
        serve.stop({"web server": process})
        assert process.stdout.read() == b""  # the pipe is closed: nobody of the group is left to hold it


def test_a_taken_port_is_refused_with_another_to_try():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"PORT={port + 1}"):
            serve.refuse_a_taken_port("127.0.0.1", port)


def test_the_web_server_is_awaited_until_it_answers_even_with_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = {"HOST": "0.0.0.0", "PORT": server.getsockname()[1]}
        reply = f"""
            import socket
            connection, _ = socket.socket(fileno={server.fileno()}).accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 503 Behind\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
            connection.close()
        """
        with subprocess.Popen([sys.executable, "-c", textwrap.dedent(reply)], pass_fds=[server.fileno()]):
            assert serve.answers(settings)
    assert not serve.answers(settings)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The script beside an application whose commands only say their names, and are slow or fail when told to."""
    for folder in ("scripts", "app/web", "app/infra"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("config.py", "gunicorn.conf.py", "scripts/serve.py", "app/web/arrival.py", "app/web/server.py"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "app" / "__init__.py").write_text(STAND_IN)
    (tmp_path / "app" / "infra" / "almanac.py").write_text("def watch(stop): stop.wait()\n")
    (tmp_path / "Makefile").write_text(f"run:\n\t@{sys.executable} scripts/serve.py\n")
    return tmp_path


def start(house: Path, *command: str, **environment: str) -> "subprocess.Popen[str]":
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    known = {"PORT": port, "DATA_DIR": str(house / "var"), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath}
    return subprocess.Popen(
        command or (sys.executable, "scripts/serve.py"),
        cwd=house,
        env=known | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=listen,
    )


def listen() -> None:
    """Hear Ctrl-C and a hang-up, also when the tests themselves were started to ignore them (nohup)."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def lines_until(run: "subprocess.Popen[str]", *words: str) -> list[str]:
    """What is said until each of the words has been."""
    assert run.stdout is not None
    lines: list[str] = []
    for line in run.stdout:
        lines.append(line.strip())
        if set(words) <= set(lines):
            break
    return lines


def rest_of(run: "subprocess.Popen[str]") -> str:
    """What is still said until everybody who could say something has ended."""
    assert run.stdout is not None
    return run.stdout.read()


def test_a_failed_preparation_starts_nothing(house: Path):
    with start(house, BREAK="load") as run:
        assert "flask load failed" in rest_of(run)
    assert run.returncode == 1


def test_web_and_worker_start_after_the_preparation_and_ctrl_c_is_a_clean_end(house: Path):
    with start(house) as run:
        lines = lines_until(run, "work", "welcome")
        assert lines[:4] == ["migrate", "load", "demo --if-empty", "search rebuild --if-missing"]
        assert sorted(lines[4:]) == ["welcome", "work"], "worker and welcome may speak in either order"
        started = time.monotonic()
        os.killpg(run.pid, signal.SIGINT)
        assert "work ends" in rest_of(run)
        assert time.monotonic() - started < serve.PATIENCE
    assert run.returncode == 0


def test_a_closed_terminal_ends_both(house: Path):
    with start(house) as run:
        lines_until(run, "work", "welcome")
        run.send_signal(signal.SIGHUP)
        assert "work ends" in rest_of(run)
    assert run.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_whatever_is_told_to_make_alone_ends_all(house: Path, number: signal.Signals):
    with start(house, "make", "run") as run:
        lines_until(run, "work", "welcome")
        run.send_signal(number)
        assert "work ends" in rest_of(run)


def test_when_it_is_killed_without_a_word_it_leaves_nobody_behind(house: Path):
    with start(house) as run:
        lines_until(run, "work", "welcome")
        run.kill()
        assert "work ends" in rest_of(run)


def test_stopping_in_the_middle_of_the_preparation_is_quiet(house: Path):
    with start(house, SLOW="load") as run:
        lines_until(run, "load")
        os.killpg(run.pid, signal.SIGINT)
        assert rest_of(run) == ""
    assert run.returncode == 0


STAND_IN = """
import os, signal, time
import click
from flask import Flask
from flask.cli import AppGroup

def create_app():
    app = Flask("app")
    app.add_url_rule("/healthz", "healthz", lambda: "ok")

    def say(words):
        print(words, flush=True)
        if os.environ.get("BREAK") == words:
            raise SystemExit(7)
        if os.environ.get("SLOW") == words:
            time.sleep(60)

    for name in ("migrate", "load", "welcome"):
        app.cli.command(name)(lambda name=name: say(name))

    search = AppGroup("search")
    app.cli.add_command(search)

    @search.command("rebuild")
    @click.option("--if-missing", is_flag=True)
    def rebuild(if_missing):
        say("search rebuild --if-missing" if if_missing else "search rebuild")

    @app.cli.command("demo")
    @click.option("--if-empty", is_flag=True)
    def demo(if_empty):
        say("demo --if-empty" if if_empty else "demo")

    @app.cli.command("work")
    def work():
        told = []
        signal.signal(signal.SIGTERM, lambda *_: told.append(1))
        say("work")
        while not told:
            time.sleep(0.05)
        say("work ends")

    return app
"""
