"""What a watcher is told: well, behind, or down."""

from datetime import timedelta
from typing import Any

import pytest

from app.infra import db
from app.infra.outbox import ATTEMPTS, Task, enqueue
from app.kernel.act import CLOCK, Act
from app.web.health import TOLERATED
from tests import make
from tests.staging import NOW

BARELY = timedelta(seconds=TOLERATED)
TOO_LATE = timedelta(seconds=TOLERATED + 1)


def health(client: Any) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.get_json()


def test_all_is_well_when_nothing_is_due(client: Any, clock: Any):
    well = {"outbox_given_up": 0, "outbox_lag_seconds": 0.0, "clock_lag_seconds": 0.0}
    assert health(client) == (200, {"status": "ok", "database": "ok"} | well)


def test_an_outbox_that_is_behind_wakes_the_watcher(client: Any, clock: Any):
    enqueue(Act(CLOCK, NOW), "notices.tell", event_id=1)
    make.keep()
    clock.now = NOW + BARELY
    assert health(client)[0] == 200
    clock.now = NOW + TOO_LATE
    status, told = health(client)
    assert (status, told["status"], told["outbox_lag_seconds"]) == (503, "behind", TOO_LATE.total_seconds())


def test_a_clock_that_is_behind_wakes_the_watcher(client: Any, clock: Any):
    job = make.job("open")
    due = job.due
    make.keep()
    assert due
    clock.now = due + BARELY
    assert health(client)[1]["clock_lag_seconds"] == BARELY.total_seconds()
    clock.now = due + TOO_LATE
    status, told = health(client)
    assert (status, told["status"], told["clock_lag_seconds"]) == (503, "behind", TOO_LATE.total_seconds())


def test_a_task_that_was_given_up_wakes_the_watcher(client: Any, clock: Any):
    db.session.add(Task(name="notices.tell", payload={}, run_at=NOW, attempts=ATTEMPTS, error="ValueError()"))
    make.keep()
    status, told = health(client)
    assert (status, told["status"], told["outbox_given_up"]) == (503, "behind", 1)


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_database_that_does_not_answer_is_said_to_be_down(as_user: Any, backend: str, tmp_path: Any, signed_in: bool):
    client = as_user(make.user_of(make.operator()) if signed_in else None)
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/nothing/market.sqlite3",
        "postgresql": f"postgresql+psycopg://market@/market?host={tmp_path}",
    }
    engine = db.connect(nowhere[backend])
    assert health(client) == (503, {"status": "down", "database": "unreachable"})
    db.session.remove()
    engine.dispose()


@pytest.mark.one_database
def test_a_watcher_needs_no_sign_in_and_nothing_is_kept_of_the_answer(client: Any):
    answer = client.get("/healthz")
    assert answer.mimetype == "application/json" and "Set-Cookie" not in answer.headers
