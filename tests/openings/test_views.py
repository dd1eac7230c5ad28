"""The pages of what opens the entries: for everybody, and for those who bring it."""

import re

import pytest

from app.infra.db import session
from app.infra.once import Submission
from app.jobs.models import Job
from app.jobs.rules import State
from tests import make
from tests.openings.test_shares import SOON, two_person, unopened_job, with_shares
from tests.openings.test_values import VALUE, officers, waiting
from tests.pages import english, plain

pytestmark = pytest.mark.one_database

GROUPS = re.compile(r"[A-Z2-7]{4}")


def shown(text):
    """The share on a page."""
    block = re.search(r"<code translate=\"no\">(.*?)</code>", text, re.S)
    return "-".join(GROUPS.findall(re.sub(r"<[^>]+>", " ", block[1]))) if block else ""


# --- the outside value ------------------------------------------------------------------------------------------------


def test_everybody_reads_what_was_named_and_where(client):
    job = waiting()
    make.keep()
    text = client.get(f"/jobs/{job.id}/opening").text
    assert job.outside in text and "https://api.drand.sh/" in text
    assert job.outside in client.get(f"/jobs/{job.id}").text


@pytest.mark.parametrize(("state", "fields"), [("open", {}), ("submitted", {"outside_source": "drand"})])
def test_a_job_that_waits_for_nothing_has_no_such_page(client, as_user, state, fields):
    job = make.job(state, **fields)
    make.keep()
    assert as_user(make.user_of(make.operator())).get(f"/jobs/{job.id}/opening").status_code == 404


def test_two_officers_type_the_value_and_the_job_goes_on(as_user, clock):
    job, people = waiting(), officers()
    id, path = job.id, f"/jobs/{job.id}/opening"
    clock.now = job.closed_at + SOON
    make.keep()
    one, other = map(as_user, people)
    assert one.post(f"{path}/value", data={"value": VALUE}).location.endswith(path)
    assert VALUE not in other.get(f"{path}/value").text, "the first reading does not lead the second"
    assert other.post(f"{path}/value", data={"value": VALUE}).status_code == 303
    session.expire_all()
    assert session.get_one(Job, id).state == State.SELECTING
    assert VALUE in as_user().get(path).text


def test_what_was_typed_stands_there_again_with_its_error(as_user, clock):
    job, (one, _) = waiting(), officers()
    clock.now = job.closed_at + SOON
    make.keep()
    answer = as_user(one).post(f"/jobs/{job.id}/opening/value", data={"value": "abc123"})
    assert answer.status_code == 422 and "abc123" in answer.text


def test_readings_that_differ_are_said_to_everybody(as_user, clock):
    job, people = waiting(), officers()
    clock.now = job.closed_at + SOON
    path = f"/jobs/{job.id}/opening"
    make.keep()
    for person, value in zip(people, (VALUE, "cd" * 32), strict=True):
        as_user(person).post(f"{path}/value", data={"value": value})
    text = as_user().get(path).text
    assert "填写的数值不一致" in text and VALUE not in text


def test_after_it_is_settled_a_late_officer_is_told_the_state(as_user):
    job = make.job("selected", outside_source=None)
    make.keep()
    answer = as_user(make.user_of(make.operator())).post(f"/jobs/{job.id}/opening/value", data={"value": VALUE})
    assert answer.status_code == 409


def test_the_result_tells_the_value(as_user, clock, work):
    job, people = waiting(), officers()
    id, at = job.id, job.closed_at + SOON
    clock.now = at
    named = job.outside
    make.keep()
    for person in people:
        as_user(person).post(f"/jobs/{id}/opening/value", data={"value": VALUE})
    work(at)
    for path in (f"/jobs/{id}", f"/jobs/{id}/result"):
        text = as_user().get(path).text
        assert named in text and VALUE in text


# --- the shares -------------------------------------------------------------------------------------------------------


def test_the_officer_sees_their_share_in_one_answer_and_never_again(as_user, clock):
    job = two_person()
    clock.now = make.later(job)
    officer, path = as_user(make.user_of(job.owner)), f"/jobs/{job.id}/opening/take"
    make.keep()
    assert shown(officer.get(path).text) == ""
    answer = officer.post(path)
    share = shown(answer.text)
    assert (answer.status_code, len(share), answer.headers["Cache-Control"]) == (200, 69, "no-store")
    assert shown(officer.get(path).text) == "" and officer.post(path).status_code == 409
    pages = [f"/jobs/{job.id}", f"/jobs/{job.id}/opening", "/desk", "/notices"]
    assert not any(share in officer.get(page).text or share[:9] in officer.get(page).text for page in pages)
    cookies = " ".join(cookie.value for cookie in officer._cookies.values())
    assert share[:9] not in cookies
    assert not any(share[:9] in one.location for one in session.query(Submission))


def test_a_form_sent_twice_shows_the_share_once(as_user, clock):
    job = two_person()
    clock.now = make.later(job)
    officer, path = as_user(make.user_of(job.owner)), f"/jobs/{job.id}/opening/take"
    make.keep()
    first, second = (officer.post(path, data={"once": "one-and-the-same"}) for _ in range(2))
    assert len(shown(first.text)) == 69 and second.status_code == 303


def test_the_officer_brings_the_share_and_the_clock_selects(as_user, clock, work):
    job, share, _ = with_shares()
    id, at = job.id, job.closed_at + SOON
    officer, clock.now = as_user(make.user_of(job.owner)), at
    make.keep()
    wrong = officer.post(f"/jobs/{id}/opening/share", data={"share": "AAAA"})
    assert wrong.status_code == 422
    assert officer.post(f"/jobs/{id}/opening/share", data={"share": share}).status_code == 303
    work(at)
    assert session.get_one(Job, id).state == State.SELECTED


def test_the_page_says_whether_the_shares_are_still_here(as_user, client, clock):
    job = two_person()
    clock.now = make.later(job)
    make.keep()
    path = f"/jobs/{job.id}/opening"
    assert client.get(path).text.count("尚未领取") == 2
    as_user(make.user_of(make.regulator())).post(f"{path}/take")
    assert client.get(path).text.count("尚未领取") == 1


def test_the_desk_sends_officer_and_regulator_to_their_share(as_user, clock):
    job = two_person()
    clock.now = make.later(job)
    make.keep()
    for person in (make.user_of(job.owner), make.user_of(make.regulator())):
        assert f"/jobs/{job.id}/opening/take" in as_user(person).get("/desk").text
    assert "/opening/take" not in as_user(make.user_of(make.operator())).get("/desk").text


def test_the_owner_asks_for_both_on_the_posting_page(as_user):
    job = make.job("draft")
    officer = make.user_of(job.owner)
    id, officer_id = job.id, officer.id
    make.keep()
    owner = as_user(officer)
    known = {"method": "lowest_price", "ceiling_cents": "20000", "days": "5", "if_abandoned": "next"}
    asked = {"outside_source": "welfare_3d", "two_person": "1", "officer_id": str(officer_id)}
    assert owner.post(f"/jobs/{id}/wish", data=known | asked).status_code == 303
    job = make.again(session.get_one(Job, id))
    assert (job.outside_source, job.two_person, job.officer_id) == ("welfare_3d", True, officer_id)
    text = owner.get(f"/jobs/{id}/review").text
    assert "福彩 3D 号码" in text and "双人开标" in text
    answer = owner.post(f"/jobs/{id}/wish", data=known | asked | {"officer_id": ""})
    assert answer.status_code == 422
    assert owner.post(f"/jobs/{id}/wish", data=known).status_code == 303
    job = make.again(job)
    assert (job.outside_source, job.two_person) == (None, False)


# --- silence ----------------------------------------------------------------------------------------------------------


def test_everybody_reads_who_did_not_bring_what_opens_the_entries(as_user, clock, work):
    job = unopened_job("drand", ("officer",))
    clock.now, id = make.later(job), job.id
    users = [make.user_of(make.regulator()), make.user_of(make.operator())]
    make.keep()
    visitor, office, operator = map(english, [as_user(), *map(as_user, users)])
    work(clock.now)
    said = "Not brought: the operator’s two equal readings of the value named in advance. Brought: the officer’s share"
    page = plain(visitor.get(f"/jobs/{id}").text)
    assert said in page and "Nobody is selected: selection failed." in page
    assert "waits for" not in page and "needs another to open" not in page and "Entered so far" not in page
    table = plain(visitor.get(f"/jobs/{id}/opening").text)
    assert re.search(r"two equal readings of the value named in advance.{0,40}not brought", table)
    assert re.search(r"the officer’s share of the opening key.{0,80}Brought \d", table)
    assert re.search(r"recovery share of the opening key.{0,80}not needed", table)
    for reader in (office, operator):
        assert said in plain(reader.get("/notices").text)
    desk = plain(office.get("/desk").text)
    assert "Not opened in time in your sector" in desk and said in desk and "1 jobs failed" in desk
    assert "Not opened in time" not in operator.get("/desk").text
