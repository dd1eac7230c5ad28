"""What every test may ask for: an application on each database, signed-in clients, a clock, a browser.

The application is imported when the first fixture needs it, so that tests of the law alone start at once.
"""

import gc
import os
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from flask import Flask

    from tests.client import CheckedClient
    from tests.databases import Cluster
    from tests.elasticsearch import Server
    from tests.staging import Clock, Stage

BACKENDS = ("sqlite", "postgresql")
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
NO_POSTGRESQL = "PostgreSQL is not installed (Debian: apt-get install postgresql)"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long proofs at full size instead of a sample")


def pytest_configure() -> None:
    """A property is about what holds, not about how busy the machine is. What is loaded once for all tests is not
    searched for rubbish after every few objects: that took an eighth of the time."""
    gc.set_threshold(100_000, 50, 100)
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that touches a database runs on both; one marked `one_database` on SQLite alone."""
    if "backend" in metafunc.fixturenames:
        names = BACKENDS[:1] if metafunc.definition.get_closest_marker("one_database") else BACKENDS
        marks = {"postgresql": [pytest.mark.postgresql]}
        metafunc.parametrize("backend", [pytest.param(name, marks=marks.get(name, [])) for name in names])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long proofs to `--soak`, save those that can run a sample: they ask for `at_scale`."""
    if not config.getoption("--soak"):
        left = {item for item in items if item.get_closest_marker("soak") and "at_scale" not in asked_by(item)}
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=list(left))


def asked_by(item: pytest.Item) -> Sequence[str]:
    """What the test itself asks for, without what its fixtures ask for."""
    known = getattr(item, "_fixtureinfo", None)
    return known.argnames if known else ()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what this machine could not run, and why."""
    skipped = terminalreporter.stats.get("skipped", ())
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, times in reasons.most_common():
        terminalreporter.write_line(f"Skipped {times}: {reason}")
    if not reasons:
        terminalreporter.write_line("Nothing was skipped.")


def absent(reason: str) -> None:
    """What is needed is not on this machine: skip, or fail where everything is required."""
    if REQUIRE_ALL:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def no_sockets_to_outside() -> Iterator[None]:
    """A test talks to this machine and to nothing else."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test may not connect to {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def at_scale(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`at_scale(sample, full)`: how much a long proof does, in `make test` and in `make soak`."""
    return lambda sample, full: full if request.config.getoption("--soak") else sample


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> "Cluster":
    """The PostgreSQL server that all workers of this run share."""
    from tests.databases import Cluster

    return Cluster(shared_folder(request.config))


@pytest.fixture(scope="session")
def elasticsearch(request: pytest.FixtureRequest) -> "Server":
    """The Elasticsearch that all workers of this run share; ask it while holding `used`."""
    from tests.elasticsearch import Server, missing

    if why := missing():
        absent(why)
    return Server(shared_folder(request.config))


def shared_folder(config: pytest.Config) -> Path:
    """A folder that the workers of one run have in common."""
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return base.parent if hasattr(config, "workerinput") else base


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run that started the workers, or had none, stops the servers they shared."""
    if hasattr(config, "workerinput"):
        return
    if (shared_folder(config) / "postgresql-folder").exists():
        from tests.databases import Cluster

        Cluster(shared_folder(config)).stop()
    if (shared_folder(config) / "elasticsearch-folder").exists():
        from tests.elasticsearch import Server

        Server(shared_folder(config)).stop()


@pytest.fixture(scope="session")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of this worker, in memory where the machine has such: the commits of a test need no disk."""
    from tests.databases import fast_folder

    folder = fast_folder(tmp_path_factory.mktemp("fast"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def make_database(fast: Path, cluster: "Cluster", worker_id: str) -> Callable[..., str]:
    """`make_database(backend, like="")`: the address of a new database of this worker, empty or a copy of the one at an
    address to which nobody is connected."""
    from sqlalchemy import make_url

    from tests.databases import binaries

    made = Counter[str]()

    def make(backend: str, like: str = "") -> str:
        if backend == "postgresql" and binaries() is None:
            absent(NO_POSTGRESQL)
        made[backend] += 1
        name = f"market_{worker_id}_{made[backend]}"
        if backend == "postgresql":
            return cluster.create(name, *filter(None, [like and make_url(like).database]))
        file = fast / f"{name}.sqlite3"
        if like:
            shutil.copyfile(like.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"

    return make


@pytest.fixture(scope="session")
def stage(
    make_database: Callable[[str], str], fast: Path, request: pytest.FixtureRequest
) -> "Iterator[Callable[[str], Stage]]":
    """`stage(backend)`: an application with the schema and the shipped data, made once per worker. All of a run compile
    each template once."""
    from tests.staging import build

    compiled = shared_folder(request.config) / "templates"
    compiled.mkdir(exist_ok=True)
    stages: dict[str, Stage] = {}

    def make(backend: str) -> "Stage":
        if backend not in stages:
            stages[backend] = build(make_database(backend), fast, compiled)
        return stages[backend]

    yield make
    for made in stages.values():
        made.leave()
        made.database.close()


@pytest.fixture
def app(backend: str, stage: "Callable[[str], Stage]") -> "Iterator[Flask]":
    """The application on a database that holds the shipped data and nothing else; once per database."""
    here = stage(backend)
    yield here.enter()
    here.leave()


@pytest.fixture
def database_url(app: "Flask") -> str:
    """The address of the database behind `app`."""
    return str(app.config["DATABASE_URL"])


@pytest.fixture
def empty_database(backend: str, make_database: Callable[[str], str]) -> str:
    """The address of a new database without a schema: for migrations, and for servers of their own."""
    return make_database(backend)


@pytest.fixture
def clock(app: "Flask") -> "Clock":
    """The door's clock, at NOW: `clock.now = …`, `clock.passes(days=1)`."""
    from tests.staging import Clock

    clock = Clock()
    app.config["CLOCK"] = lambda: clock.now
    return clock


@pytest.fixture
def as_user(app: "Flask") -> "Callable[..., CheckedClient]":
    """`as_user(user, unit=None)`: that person, signed in for their first unit or that one; `as_user()`: a visitor."""
    from tests.staging import sign_in

    return lambda user=None, unit=None: sign_in(app, user, unit)


@pytest.fixture
def client(as_user: "Callable[..., CheckedClient]") -> "CheckedClient":
    """A visitor."""
    return as_user()


@pytest.fixture
def statements(app: "Flask") -> "Iterator[Callable[[CheckedClient, str], list[str]]]":
    """`statements(client, path)`: the SQL statements that one GET sends, or with `sent` the form that is taken."""
    from sqlalchemy import event

    from app.infra.db import session

    engine, seen = session.get_bind(), list[str]()

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    def count(client: "CheckedClient", path: str, sent: dict[str, str] | None = None) -> list[str]:
        seen.clear()
        page = client.get(path) if sent is None else client.post(path, data=sent)
        assert page.status_code == (200 if sent is None else 303)
        return list(seen)

    event.listen(engine, "before_cursor_execute", listen)
    yield count
    event.remove(engine, "before_cursor_execute", listen)


@pytest.fixture
def work(app: "Flask") -> Callable[[datetime], int]:
    """`work(now)`: let the clock and the outbox do all that is due at an instant; return how much was done."""
    from tests.staging import work_until_done

    return work_until_done


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, driven by playwright."""
    from playwright.sync_api import sync_playwright

    from scripts.screenshots import NO_CHROMIUM, find_chromium

    path = find_chromium()
    if path is None:
        absent(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
