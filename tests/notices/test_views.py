"""The inbox: what is unread, where a message leads, and that it is one's own."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.accounts.models import Unit
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.act import Role
from app.notices.models import Notice
from tests import make
from tests.client import CheckedClient
from tests.pages import english
from tests.staging import work_until_done

pytestmark = pytest.mark.one_database


@pytest.fixture
def signed_in(as_user: Any) -> Callable[[Any], CheckedClient]:
    return lambda thing: english(as_user(make.user_of(thing)))


def told(count: int = 1) -> tuple[Unit, Job]:
    """An owner with so many messages about a job."""
    job = make.job("open")
    now, id, owner_id = make.later(job), job.id, job.owner_id
    make.keep()
    work_until_done(now)
    one = session.scalars(select(Notice).where(Notice.unit_id == owner_id)).one()
    known = {column.name: getattr(one, column.name) for column in Notice.__table__.columns if column.name != "id"}
    event = session.scalars(select(Event.id).order_by(Event.id.desc())).first()
    more = [known | {"event_id": event, "kind": f"more/{number}"} for number in range(count - 1)]
    if more:
        session.execute(insert(Notice), more)
    make.keep()
    return session.get_one(Unit, owner_id), session.get_one(Job, id)


def unread(page: Any) -> list[str]:
    return re.findall(r"(\d+) unread messages", page.text)


def test_a_message_is_unread_until_it_is_opened_and_leads_to_what_it_is_about(signed_in: Any) -> None:
    owner, job = told()
    path, name, client = f"/jobs/{job.id}", job.project_name, signed_in(owner)
    page = client.get("/notices")
    assert unread(page) == ["1"]
    assert name in page.text
    (open_it,) = re.findall(r'action="(/notices/\d+/open)"', page.text)
    assert client.post(open_it).location == path
    page = client.get("/notices")
    assert unread(page) == []
    assert open_it in page.text, "it stays in the list"
    assert client.post(open_it).status_code == 303


def test_all_are_marked_as_read_at_once(signed_in: Any) -> None:
    owner, _ = told(7)
    client = signed_in(owner)
    assert unread(client.get("/notices")) == ["7"]
    assert client.post("/notices/read-all").location == "/notices"
    assert unread(client.get("/notices")) == []


def test_a_long_inbox_goes_on_by_key(signed_in: Any) -> None:
    owner, _ = told(120)
    client, seen, path = signed_in(owner), [], "/notices"
    while path:
        page = client.get(path)
        seen += re.findall(r'action="/notices/(\d+)/open"', page.text)
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = older[1] if older else ""
    assert len(seen) == len(set(seen)) == 120
    assert [int(id) for id in seen] == sorted(map(int, seen), reverse=True)


def test_nobody_opens_what_is_addressed_to_somebody_else(signed_in: Any, as_user: Any) -> None:
    owner, _ = told()
    id = session.scalars(select(Notice.id).where(Notice.unit_id == owner.id)).one()
    colleague = as_user(make.person(owner, Role.ADMINISTRATOR))
    for client in (signed_in(make.unit()), signed_in(make.operator()), colleague, as_user()):
        assert client.post(f"/notices/{id}/open").status_code in (401, 404)
        assert f"/notices/{id}/open" not in client.get("/notices", follow_redirects=True).text
    assert session.get_one(Notice, id).read_at is None


def test_an_empty_inbox_says_so(signed_in: Any) -> None:
    owner = make.unit()
    make.keep()
    assert "Nothing yet." in signed_in(owner).get("/notices").text


def test_the_number_of_unread_messages_stands_on_every_page(signed_in: Any) -> None:
    owner, _ = told(3)
    client = signed_in(owner)
    for path in ("/", "/jobs", "/desk", "/items"):
        assert re.search(r'href="/notices"[^>]*>[^<]*(?:<[^>]+>[^<]*)*?3', client.get(path).text), path


def test_the_selected_agency_is_told_that_it_is_and_until_when_the_result_is_in_publicity(signed_in: Any) -> None:
    winner, others = make.agency(), [make.agency() for _ in range(2)]
    job = make.job("selected", method="lowest_price", entrants=[winner, *others])
    now, readers = make.later(job), [signed_in(one) for one in (winner, others[0], job.owner)]
    make.keep()
    work_until_done(now)
    won, lost, owner = (one.get("/notices").text for one in readers)
    assert "Your agency is selected; the result is in publicity until" in won
    assert "Due by" not in won.split("Your agency is selected")[1].split("</li>")[0], "nothing is asked of it"
    assert "Your agency is selected" not in lost + owner
    assert "another agency is selected" in lost
    assert "The result is published: " in owner
    assert "The result is published" not in won
