"""The commands of the house: what an administrator types, and a worker that does not give up."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.infra.db import session
from app.infra.outbox import ATTEMPTS, Task
from tests import make
from tests.staging import NOW

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def run(app: Flask) -> Any:
    """`run("tasks", "--try-again")`: what the command prints."""

    def run(*arguments: str) -> str:
        result = app.test_cli_runner().invoke(args=list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


@pytest.fixture
def given_up(app: Flask) -> int:
    """A task that failed too often, beside one that only waits."""
    stuck = Task(name="notices.tell", payload={"event_id": 7}, run_at=NOW, attempts=ATTEMPTS, error="ValueError('x')")
    session.add_all([stuck, Task(name="notices.tell", payload={"event_id": 8}, run_at=NOW)])
    make.keep()
    return stuck.id


def test_what_was_given_up_is_printed_with_its_reason(run: Any, given_up: int):
    assert run("tasks") == f"{given_up} notices.tell {{\"event_id\": 7}}: ValueError('x')\n"
    assert run("tasks") == run("tasks"), "looking changes nothing"


def test_what_was_given_up_can_be_tried_again(run: Any, given_up: int):
    run("tasks", "--try-again")
    assert run("tasks") == ""
    assert session.scalar(select(Task.attempts).where(Task.id == given_up)) == 0


def test_a_worker_outlives_a_database_that_does_not_answer_and_ends_when_told(tmp_path: Path):
    settings = {
        "ENV": "test",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/nothing/market.sqlite3",
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "work"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        told = [line for _, line in zip(range(2), worker.stderr, strict=False)]
        worker.send_signal(signal.SIGTERM)
        assert worker.stderr.read().count("Traceback") == 0
    assert worker.returncode == 0
    assert all("the database does not answer (unable to open database file)" in line for line in told)
