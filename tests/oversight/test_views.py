"""The desk: what waits for whom, by when, and everything late with the one who must act."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, template_rendered
from sqlalchemy import inspect

from app.accounts.models import User
from app.agencies import operations as agencies
from app.agencies.models import Agency
from app.calendars import operations as calendars
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.act import Role
from app.kernel.workdays import due_day
from app.objections import operations as objections
from app.ratings import operations as ratings
from app.ratings.models import AXES
from app.services import operations as services
from tests import make
from tests.make import lapse
from tests.pages import english
from tests.staging import NOW, Clock

pytestmark = pytest.mark.one_database
Desk = Callable[..., dict[str, Any]]


@pytest.fixture
def shown(app: Flask) -> Iterator[list[dict[str, Any]]]:
    """What each page was drawn from."""
    drawn: list[dict[str, Any]] = []

    def draw(sender: Any, template: Any, context: dict[str, Any], **rest: Any) -> None:
        drawn.append(context)

    with template_rendered.connected_to(draw, app):
        yield drawn


@pytest.fixture
def desk(as_user: Any, shown: list[dict[str, Any]], clock: Clock) -> Desk:
    """`desk(whom, now)`: what a unit's administrator, or a person, finds on their desk."""

    def desk(whom: Any, now: datetime) -> dict[str, Any]:
        clock.now = now
        known: Any = session.get_one(type(whom), inspect(whom).identity)
        page = english(as_user(known if isinstance(known, User) else make.user_of(known))).get("/desk")
        assert page.status_code == 200
        return shown[-1] | {"text": page.text}

    return desk


NAME = "示例要事项目（示例）"


def lines(waits: list[Any], name: str = NAME) -> list[tuple[str, str]]:
    """(the wish, the colour of its light) of the lines about a job."""
    return [(wait.says, wait.light.color if wait.light else "") for wait in waits if wait.title.startswith(name)]


# State → who must act, and the wish; nobody: it waits for the clock.
TURNS = [
    ("draft", "owner", "Complete and submit the posting"),
    ("submitted", "operator", "Check the posting"),
    ("returned", "owner", "Mend the posting and submit it again"),
    ("open", "", ""),
    ("awaiting", "operator", "Bring what opens the entry"),
    ("selecting", "", ""),
    ("failed", "owner", "Post the job again"),
    ("selected", "", ""),
    ("awarded", "owner agency", "Upload the signed contract"),
    ("contract_uploaded", "agency", "Confirm the contract"),
    ("contracted", "agency", "Give the one complete material list"),
    ("materials", "owner", "Hand in the papers"),
    ("materials_check", "agency", "Accept the papers or name all defects at once"),
    ("in_service", "agency", "Deliver the report"),
    ("paused", "owner agency", "Resume the service when the reason is gone"),
    ("delivered", "owner", "Accept the report or return it"),
    ("rework", "agency", "Deliver the mended report"),
    ("accepted", "owner agency", "Rate the other side"),
]


@pytest.mark.parametrize(("state", "who", "wish"), TURNS, ids=[state for state, *_ in TURNS])
def test_a_job_lies_on_the_desk_of_whoever_must_act_and_of_nobody_else(
    state: str, who: str, wish: str, desk: Desk
) -> None:
    job = make.job(state, project_name=NAME)
    units = {"owner": job.owner, "agency": job.agency, "operator": make.operator(), "stranger": make.unit()}
    units["regulator"] = make.regulator(job.sector_code)
    now = make.later(job)
    for place, unit in units.items():
        if unit is None:
            continue
        found = desk(unit, now)
        wanted = [wish] if place in who.split() else []
        assert [says for says, _ in lines(found["mine"])] == wanted, place
        assert (place == "stranger") <= (NAME not in found["text"])
        if place in ("owner", "agency") and not wanted and state not in ("draft", "returned"):
            assert lines(found["others"]), f"the {place} sees whom it waits for"
            pages = {wait.url for wait in found["others"] if wait.title.startswith(NAME)}
            assert pages == {f"/jobs/{job.id}"}, "the page of the job, not the step of another"


# What the law lets wait although its time has passed: it stands late on the desk, in red, before everything else.
LATE = [
    ("submitted", "operator"), ("awarded", "owner"), ("awarded", "agency"), ("contract_uploaded", "agency"),
    ("contracted", "agency"), ("materials", "owner"), ("in_service", "agency"), ("rework", "agency"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "side"), LATE)
def test_what_is_late_stands_first_and_in_red_with_the_one_who_must_act(state: str, side: str, desk: Desk) -> None:
    job = make.job(state, project_name=NAME)
    whom = make.operator() if side == "operator" else getattr(job, side)
    due = job.due
    assert due is not None
    make.job("submitted", now=due - timedelta(minutes=5), owner=job.owner)
    before, late = desk(whom, due - timedelta(seconds=1)), desk(whom, due + timedelta(days=2))
    assert [color for _, color in lines(before["mine"])] == ["yellow"]
    assert [color for _, color in lines(late["mine"])] == ["red"]
    assert late["mine"][0].title.startswith(NAME)
    assert late["pressing"] >= 1


def test_a_draft_without_a_name_says_so_on_the_desk(desk: Desk) -> None:
    job, owner = make.job("draft"), make.unit()
    job.owner, job.project_name = owner, ""
    (wait,) = desk(owner, NOW)["mine"]
    assert wait.title.startswith("No name yet ")


def test_an_application_is_late_with_the_operator(desk: Desk) -> None:
    agency = make.agency("示例待核机构（示例）", admitted=False)
    agencies.submit(make.act(agency), agency, signed_by="示例")
    due = agency.due
    assert due is not None
    found = desk(make.operator(), due)
    (wait,) = (one for one in found["mine"] if one.title == "示例待核机构（示例）")
    assert (wait.says, wait.light.color, wait.due) == ("Check the application", "red", due)
    assert "示例待核机构（示例）" not in desk(make.unit(), due)["text"]


def test_a_calendar_notice_waits_for_the_operator_with_what_it_would_move_and_by_when(desk: Desk) -> None:
    job, operator = make.job("open"), make.operator()
    stated = {"url": "", "reason": "示例理由，仅供测试。", "published_on": None, "effective_from": NOW.date()}
    lines = f"{due_day(job.due)},0,台风停工"
    calendars.enter(make.act(operator, NOW), kind="closure", source="示例停工通知", lines=lines, **stated)
    (wait,) = (one for one in desk(operator, NOW)["mine"] if one.title == "示例停工通知")
    assert (wait.due, wait.more) == (job.due, "It would move 1 open deadline")
    (wait,) = (one for one in desk(operator, job.due)["mine"] if one.title == "示例停工通知")
    assert (due_day(wait.due), wait.more) == (
        due_day(job.due) - timedelta(days=1),
        "It would move no open deadline now",
    )
    assert "示例停工通知" not in desk(make.regulator(job.sector_code), NOW)["text"]


def test_an_objection_waits_for_the_owner_and_then_for_the_operator(desk: Desk) -> None:
    job = make.job("selected", project_name=NAME)
    by = make.act(make.unit(), make.later(job))
    objection = objections.object_to(by, job, ground="名单里有不符合条件的机构。", file_id=None)
    now, due = make.later(job), objection.due
    owner, operator = job.owner, make.operator()
    assert [says for says, _ in lines(desk(owner, now)["mine"])] == ["Answer the objection"]
    assert lines(desk(operator, now)["mine"]) == []
    lapse(session.merge(objection))
    make.keep()
    assert [says for says, _ in lines(desk(operator, due)["mine"])] == ["Decide the objection"]
    late = due + timedelta(days=30)
    assert lines(desk(operator, late)["mine"]) == [("Decide the objection", "red")]
    assert lines(desk(owner, late)["mine"]) == []


def test_a_pause_waits_for_the_side_that_did_not_ask(desk: Desk) -> None:
    job = make.job("in_service", project_name=NAME)
    text = "现场道路中断，勘察人员无法进入，预计三个工作日恢复。"
    owner, agency = job.owner, job.agency
    services.ask_pause(make.act(owner, make.later(job)), job, reason="site", text=text, file_id=None)
    now = make.later(job)
    assert "Agree to the pause or refuse it" in [says for says, _ in lines(desk(agency, now)["mine"])]
    assert "Agree to the pause or refuse it" not in [says for says, _ in lines(desk(owner, now)["mine"])]


def test_who_has_rated_waits_for_the_other(desk: Desk) -> None:
    job = make.job("accepted", project_name=NAME)
    owner, agency, now = job.owner, job.agency, make.later(job)
    ratings.give(make.act(owner, now), job, **dict.fromkeys(AXES, 4), text="")
    mine, theirs = desk(owner, now), desk(agency, now)
    assert (lines(mine["mine"]), len(lines(mine["others"]))) == ([], 1)
    assert [says for says, _ in lines(theirs["mine"])] == ["Rate the other side"]


def test_a_delegate_acts_on_the_jobs_handed_over_and_sees_the_others_wait(desk: Desk) -> None:
    owner = make.unit()
    delegate = make.person(owner, Role.DELEGATE)
    mine, _ = (make.job("materials", owner=owner, project_name=name) for name in ("示例甲（示例）", "示例乙（示例）"))
    mine.run_by_id = delegate.id
    found = desk(delegate, make.later(mine))
    assert len(lines(found["mine"], "示例甲（示例）")) == 1
    assert (lines(found["mine"], "示例乙（示例）"), len(lines(found["others"], "示例乙（示例）"))) == ([], 1)


def test_an_agency_finds_what_it_entered_and_what_is_open(desk: Desk) -> None:
    job, other, agency = make.job("open", project_name=NAME), make.job("open"), make.agency()
    now = make.later(job)
    entry = entries.enter(make.act(agency, now), job, Offer())
    ids = other.id, entry.id
    found = desk(agency, now)
    assert ([one.id for one in found["opens"]], [one.id for one in found["entries"]]) == ([ids[0]], [ids[1]])


def test_the_selected_agency_finds_on_its_desk_that_it_is(desk: Desk) -> None:
    job = make.job("selected", project_name=NAME)
    agency, owner, now = job.agency, job.owner, make.later(job)
    assert [says for says, _ in lines(desk(agency, now)["others"])] == [
        "your agency is selected; the result is in publicity until"
    ]
    assert "your agency is selected" not in desk(owner, now)["text"]
    objections.object_to(
        make.act(make.unit(), now), session.merge(job), ground="名单里有不符合条件的机构。", file_id=None
    )
    make.keep()
    assert "your agency is selected; an objection is to be decided first" in desk(agency, now)["text"]


def test_of_a_job_whose_entry_has_closed_a_desk_says_how_it_stands_now(desk: Desk) -> None:
    job, agency = make.job("open", project_name=NAME), make.agency()
    now = make.later(job)
    entries.enter(make.act(agency, now), job, Offer())
    promise = "The clock then selects by the published rule."
    agency_id, job_id = agency.id, job.id
    make.keep()
    assert promise in desk(agency, now)["text"]
    job = lapse(session.get_one(Job, job_id))
    later = make.later(job)
    make.keep()
    page = desk(session.get_one(Agency, agency_id), later)["text"]
    assert "entry closed, selecting" in page
    assert promise not in page


def test_a_desk_is_sorted_by_the_clock_and_what_has_no_day_comes_last(desk: Desk) -> None:
    owner = make.unit()
    for state in ("draft", "materials", "delivered", "failed", "awarded"):
        make.job(state, owner=owner)
    dues = [wait.due for wait in desk(owner, NOW)["mine"]]
    known = [due for due in dues if due]
    assert (len(dues), len(known)) == (5, 3)
    assert dues == [*sorted(known), None, None]


def test_the_home_page_lists_what_is_open_with_its_figures(client: Any) -> None:
    id = make.job("open", project_name=NAME).id
    make.keep()
    page = client.get("/").text
    assert f'href="/jobs/{id}"' in page
    assert NAME in page
