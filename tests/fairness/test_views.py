"""The public page of the fairness report and its files."""

import json

import pytest

from app.fairness.models import published_report
from app.fairness.operations import publish
from app.infra.db import session
from app.kernel.act import CLOCK, Act
from app.kernel.fairness import report
from tests import make
from tests.staging import NOW

pytestmark = pytest.mark.one_database


@pytest.fixture
def english(client):
    client.post("/language", data={"locale": "en"})
    return client


def drawn(times):
    owner, agencies = make.unit(), [make.agency() for _ in range(3)]
    for _ in range(times):
        make.job("selected", owner=owner, entrants=agencies)
    publish(Act(CLOCK, NOW))
    make.keep()
    return owner, agencies


def test_before_the_first_draw_the_page_says_so(english):
    assert "Nothing has been drawn yet." in english.get("/fairness").text
    assert json.loads(english.get("/fairness.json").text) == report([])
    assert json.loads(english.get("/draws.json").text)["draws"] == []


def test_a_few_draws_say_nothing_yet(english):
    drawn(2)
    assert "too few draws to say anything yet" in english.get("/fairness").text


def test_anybody_reads_the_figures_and_takes_the_open_data_home(english):
    owner, agencies = drawn(6)
    page = english.get("/fairness")
    assert "No figure stands out: the wins are what chance gives." in page.text
    assert all(f"{one.unit.name} · {owner.name}" in page.text for one in agencies)
    assert "Expected: 2.0." in page.text
    told, found = (json.loads(english.get(f"/{name}.json").text) for name in ("fairness", "draws"))
    assert told == published_report().report
    assert len(found["draws"]) == 6
    assert json.loads(english.get(found["draws"][0]["transcript"]).text)["digest"] == found["draws"][0]["digest"]


def test_a_figure_that_stands_out_is_a_question_and_no_verdict(english):
    drawn(6)
    published = published_report()
    rows = published.report["tables"]
    changed = [row | {"stands_out": at == 0} for at, row in enumerate(rows["owners"])]
    published.report = published.report | {"tables": rows | {"owners": changed}}
    session.flush()
    make.keep()
    page = english.get("/fairness").text
    assert "1 figure of 9 stands out." in page
    assert "no finding against anybody" in page
    assert page.count("It stands out.") == 1


def test_the_page_sends_the_same_few_statements_whatever_it_shows(client, statements):
    drawn(5)
    client.get("/fairness")
    few = len(statements(client, "/fairness"))
    drawn(12)
    assert len(statements(client, "/fairness")) == few <= 3
