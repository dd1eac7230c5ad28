"""The public ranking and its open data."""

import json
from datetime import date
from typing import Any

import pytest

from app.agencies.bars import Bar
from app.infra.db import session
from app.ratings.models import ratings_of
from app.scores.operations import rebuild
from tests import make
from tests.pages import english, plain
from tests.scores.test_operations import more, rated

pytestmark = pytest.mark.one_database


def test_the_ranking_shows_score_interval_and_count_with_the_formula(as_user: Any) -> None:
    job = rated(owner=5)
    more(job, [500, 400, 500])
    name = job.agency.unit.name
    make.keep()
    client = english(as_user())
    page = plain(client.get(f"/ratings?item={job.item_id}").text)
    assert name in page and "Score = (k·m + Σ w·x) ÷ (k + Σ w)" in page
    assert "5 new ratings" in page
    assert name in client.get("/ratings").text
    assert "Nobody has enough ratings here yet" in client.get(f"/ratings?item={make.item(make.OTHER_ITEM).id}").text


def test_the_ranking_says_who_is_barred_at_its_place(as_user: Any) -> None:
    job = rated(owner=5)
    more(job, [500, 400, 500])
    make.keep()
    client = english(as_user())
    assert "enters no job" not in client.get("/ratings").text
    days = {"first_day": date(2026, 1, 1), "last_day": date(2030, 12, 31)}
    session.add(Bar(agency_id=make.again(job).agency_id, says="listed by another authority", **days))
    make.keep()
    assert "listed by another authority through 31 Dec 2030: enters no job" in client.get("/ratings").text


def test_an_agency_with_too_few_ratings_is_unknown_and_not_bad(as_user: Any) -> None:
    job = rated(owner=1)
    rebuild(make.act(make.operator(), make.later(job)))
    name = job.agency.unit.name
    make.keep()
    client = english(as_user())
    assert name not in client.get("/ratings").text
    page = plain(client.get(f"/agencies/{job.agency_id}").text)
    assert "not scored yet" in page


def test_the_open_data_is_one_file(as_user: Any) -> None:
    job = rated()
    rebuild(make.act(make.operator(), make.later(job)))
    assert len(ratings_of(job.id)) == 2
    make.keep()
    answer = as_user().get("/ratings/open.json")
    assert answer.mimetype == "application/json"
    assert {line["side"] for line in json.loads(answer.text)["ratings"]} == {"owner", "agency"}
