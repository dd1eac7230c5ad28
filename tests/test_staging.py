"""The stage itself: each test finds the database as the first one did, and bad pages fail."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.infra import db
from app.infra.almanac import CalendarDay
from app.infra.outbox import Task
from tests.client import problems_of
from tests.staging import NOW

PAGE = '<!doctype html><html lang="en"><head><title>T</title></head><body><h1>H</h1>{}</body></html>'


@pytest.mark.parametrize("round", [1, 2, 3])
def test_what_a_test_does_to_the_database_is_gone_in_the_next(app: Flask, round: int):
    assert db.session.scalars(select(Task)).all() == []
    assert db.session.scalar(select(func.count()).select_from(CalendarDay)) > 100
    task = Task(name="later", payload={}, run_at=NOW)
    db.session.add(task)
    db.session.execute(text("DELETE FROM calendar_day"))
    db.session.commit()
    assert task.id == 1


def test_a_new_database_is_empty(empty_database: str):
    assert empty_database.startswith(("sqlite:///", "postgresql+psycopg://"))


@pytest.mark.one_database
def test_the_service_says_how_it_is(client, clock):
    assert client.get("/healthz").get_json()["status"] == "ok"


# fmt: off
GOOD = [
    "<p>words</p>",
    '<form method="get" action="/jobs"><label for="q">Search</label><input id="q" name="q"></form>',
    '<form method="post" action=""><input type="hidden" name="csrf_token" value="x"><button>Go</button></form>',
    '<form method="get" action=""><label>Days <input name="days"></label></form>',
    '<form method="get" action=""><input name="days" aria-label="Days"></form>',
]
BAD = [
    ("<h1>Two</h1>",                                              "2 h1"),
    ('<p id="a"></p><p id="a"></p>',                              "used 2 times"),
    ('<form action="/"></form>',                                  "without method"),
    ('<form method="post"></form>',                               "without method or action"),
    ('<form method="post" action="/"></form>',                    "0 csrf_token"),
    ('<form method="get" action="/"><input type="hidden" name="csrf_token" value="x"></form>', "in the address"),
    ('<form method="get" action="/"><input name="days"></form>',  "no label"),
    ('<input name="days" aria-label="Days" aria-describedby="x">', "names 'x'"),
    ("<p><div></p>",                                              "line 1"),
]
# fmt: on


@pytest.mark.parametrize("part", GOOD)
def test_a_good_page_passes(part: str):
    assert problems_of(PAGE.format(part)) == ()


@pytest.mark.parametrize("part, problem", BAD)
def test_a_bad_page_says_what_is_wrong(part: str, problem: str):
    assert any(problem in found for found in problems_of(PAGE.format(part)))


def test_a_part_of_a_page_needs_no_title():
    assert problems_of("<li>one</li>") == ()
    assert problems_of("<!doctype html><html><head><title></title></head><body></body></html>") == (
        "html has no lang",
        "the title is empty",
        "0 h1 instead of one with words",
    )
