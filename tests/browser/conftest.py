"""The real service for a browser: served by a thread on a SQLite file, with a clock that the test moves."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from tests.browser.cast import Cast, gather
from tests.browser.market import AXE, Market, Words
from tests.conftest import absent, shared_folder
from tests.staging import Clock

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / "build"
NO_AXE = "axe-core is not installed (make setup)"
PAUSED_OVERNIGHT = 24 * 30  # hours: a story of weeks signs each person in once


@pytest.fixture(scope="session")
def inspected(request: pytest.FixtureRequest) -> Path:
    """A folder of the run, with a file for each page, by name and width, that was looked at for accessibility."""
    folder = shared_folder(request.config) / "inspected"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def market(
    app: Flask,
    clock: Clock,
    browser: Any,
    inspected: Path,
    at_scale: Callable[[int, int], int],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Market]:
    """The service at an address of this machine. Pictures of a test are kept in build/, in the folder it names."""
    if not AXE.exists():
        absent(NO_AXE)
    monkeypatch.setitem(app.config, "SESSION_HOURS", PAUSED_OVERNIGHT)
    with_axe = SharedDataMiddleware(app, {f"/{AXE.name}": str(AXE)})
    server = make_server("127.0.0.1", 0, with_axe, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address, every = f"http://127.0.0.1:{server.server_port}", bool(at_scale(False, True))
    market = Market(address, app, clock, browser, Words(app), inspected, every)
    yield market
    market.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def album() -> Callable[[str], Path]:
    """`album(name)`: an empty folder below build/ for the pictures of one story."""

    def empty(name: str) -> Path:
        folder = BUILD / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    return empty


@pytest.fixture
def cast(market: Market, album: Callable[[str], Path]) -> Callable[..., Cast]:
    """`cast(name, agencies=3, width=1280, scripts=True)`: everybody in the story of that name, at their windows."""
    return lambda name, **details: gather(market, album(f"journeys/{name}"), **details)
