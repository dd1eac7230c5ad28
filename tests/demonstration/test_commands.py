"""The city is for trying the service out, and says so."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Unit
from app.infra.db import session
from tests import make

pytestmark = pytest.mark.one_database


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=list(arguments))


def units() -> int:
    return session.scalar(select(func.count()).select_from(Unit)) or 0


def test_production_has_no_city(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.config, "ENV", "production")
    refused = run(app, "demo", "--if-empty")
    assert refused.exit_code == 1 and "not in production" in refused.output
    assert units() == 0


def test_a_city_is_never_built_over_units_that_are_there(app: Flask):
    make.unit()
    make.keep()
    refused, passed_over = run(app, "demo"), run(app, "demo", "--if-empty")
    assert (refused.exit_code, passed_over.exit_code, passed_over.output, units()) == (1, 0, "", 1)


def test_a_city_says_who_to_sign_in_as_and_an_empty_service_only_where_it_is(app: Flask):
    address = f"http://{app.config['HOST']}:{app.config['PORT']}/"
    assert run(app, "welcome").output.strip() == f"{app.config['SERVICE_NAME']}: {address}"
    assert run(app, "demo", "--owners", "2", "--agencies", "6", "--jobs", "2").exit_code == 0
    told = run(app, "welcome").output
    roles = [line.split()[0] for line in told.splitlines() if line.startswith("  ")]
    assert address in told and sorted(roles) == ["agency", "operator", "owner", "regulator", "role"]
