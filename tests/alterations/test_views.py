"""The pages of new days and of suspension, and the public files from which a stranger recomputes the due day."""

import json
from datetime import timedelta

import pytest

from app.calendars import operations as calendars
from app.infra import almanac
from app.kernel.workdays import due_day, local_day
from app.services import operations as services
from app.services.clock import ledger_of
from app.services.models import alterations_of
from tests import make
from tests.pages import english
from tests.verify import verifiers
from tests.verify.test_deadline import PROGRAM

pytestmark = pytest.mark.one_database
WHY = "外业测量遇连续强降雨，预计推迟三个工作日完成。"


@pytest.fixture
def job(app):
    return make.job("in_service")


@pytest.fixture
def window(app, as_user, job):
    """`window(unit)`: somebody of the unit, who reads English, an hour after the clock started."""
    now = make.later(job, hours=1)

    def opens(unit=None):
        client = english(as_user(make.user_of(unit)) if unit else as_user())
        app.config["CLOCK"] = lambda: now
        return client

    return opens


@pytest.mark.parametrize("days", ["11", "99", "2.5", "0", "two"])
def test_days_that_cannot_be_are_refused_with_the_same_bounds_and_what_was_typed_is_kept(window, job, days):
    answer = window(job.agency).post(f"/jobs/{job.id}/extension", data={"days": days, "reason": WHY})
    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 10." in answer.text
    assert WHY in answer.text
    assert alterations_of(job.id) == []


def test_the_one_extension_is_offered_until_it_is_asked_for_and_again_when_it_is_taken_back(window, job):
    agency, address = window(job.agency), f"/jobs/{job.id}/extension"

    def offered():
        pages = [agency.get(f"/jobs/{job.id}{more}").text for more in ("", "/ledger")]
        assert all(f'href="/jobs/{job.id}/scope"' in page for page in pages)
        return [f'href="{address}"' in page for page in pages]

    assert offered() == [True, True]
    assert agency.post(address, data={"days": "3", "reason": WHY}).status_code == 303
    assert offered() == [False, False]
    assert agency.post(f"/alterations/{alterations_of(job.id)[0].id}/drop").status_code == 303
    assert offered() == [True, True]


def test_a_second_request_is_told_that_one_waits(window, job):
    agency, address = window(job.agency), f"/jobs/{job.id}/extension"
    first = agency.post(address, data={"days": "3", "reason": WHY})
    assert first.status_code == 303
    again = agency.post(address, data={"days": "2", "reason": WHY})
    assert again.status_code == 409
    assert "New days are asked for already." in again.text
    assert WHY in again.text
    assert agency.get(address).location == first.location


def test_the_page_of_a_suspended_job_counts_no_day_of_the_suspension(window, app, job):
    assert window(make.operator()).post(f"/jobs/{job.id}/service/suspend", data={"reason": WHY}).status_code == 303
    visitor = window()
    app.config["CLOCK"] = lambda: make.later(job, hours=24 * 7)
    page, ledger = (visitor.get(f"/jobs/{job.id}{more}").text for more in ("", "/ledger"))
    assert '<li class="paused"' in page
    assert page.count('<li class="paused"') == ledger.count('<li class="paused"')
    assert ledger.count(f": {WHY}</td>") == ledger.count('<tr class="paused') > 0, "the suspension is the source"


def test_a_pause_asks_for_words_or_a_file_and_calls_neither_optional(window, job):
    page = window(job.agency).get(f"/jobs/{job.id}/pauses/new").text
    assert "or add a file" in page and "(optional)" not in page


def test_after_the_due_instant_nothing_can_be_asked_for_and_nothing_offers_it(window, app, job):
    agency, asked = window(job.agency), ("extension", "pauses/new")
    offered = agency.get(f"/jobs/{job.id}").text
    app.config["CLOCK"] = lambda: job.due + timedelta(seconds=1)
    page, ledger = (agency.get(f"/jobs/{job.id}{more}").text for more in ("", "/ledger"))
    for step in asked:
        answer = agency.get(f"/jobs/{job.id}/{step}")
        assert answer.status_code == 409
        assert "The service is due already." in answer.text
        link = f'href="/jobs/{job.id}/{step}"'
        assert link in offered and link not in page and link not in ledger
    assert "/service/deliver" in page


def test_whoever_answers_reads_what_becomes_of_the_due_day(window, app, job):
    before, units = job.due, (job.agency, job.owner)
    agency, owner = (window(unit) for unit in units)
    page = agency.post(f"/jobs/{job.id}/extension", data={"days": "3", "reason": WHY}, follow_redirects=True).text
    id = alterations_of(job.id)[0].id
    days = (due_day(before), almanac.calendar().add(due_day(before), 3))
    told = [f"{day.day} {day:%b}" for day in days]
    assert told[0] != told[1]
    for text in (page, owner.get(f"/alterations/{id}").text):
        assert f"due {days[0]:%a} {told[0]}" in text and f"{days[1]:%a} {told[1]}" in text


def test_while_the_clock_stands_still_no_page_tells_a_due_day_beside_the_one_that_moves(window, app, job):
    units = (job.owner, job.agency, make.operator())
    owner, agency, office = (window(unit) for unit in units)
    agency.post(f"/jobs/{job.id}/extension", data={"days": "3", "reason": WHY})
    owner.post(f"/alterations/{alterations_of(job.id)[0].id}/agree")
    paths = [f"/jobs/{job.id}", f"/jobs/{job.id}/ledger"]
    assert all("irst promised" in owner.get(path).text for path in paths)
    assert office.post(f"/jobs/{job.id}/service/suspend", data={"reason": WHY}).status_code == 303
    assert not any("irst promised" in owner.get(path).text for path in paths)


def test_what_falls_away_with_the_service_says_why_and_is_not_taken_back(window, job):
    by, why = make.act(job.agency, make.later(job, hours=1)), "现场道路中断，勘察人员无法进入，预计三个工作日恢复。"
    pause, id = services.ask_pause(by, job, reason="site", text=why, file_id=None).id, job.id
    sides = job.agency, job.owner, make.operator()
    make.keep()
    agency, owner, office = map(window, sides)
    typed = {"days": "3", "reason": WHY}
    assert agency.post(f"/jobs/{id}/extension", data=typed).status_code == 303
    back = alterations_of(id)[0].id
    assert agency.post(f"/alterations/{back}/drop").status_code == 303
    assert agency.post(f"/jobs/{id}/extension", data=typed).status_code == 303
    (open_still,) = {one.id for one in alterations_of(id)} - {back}
    assert office.post(f"/jobs/{id}/service/suspend", data={"reason": WHY}).status_code == 303
    for page in (f"/alterations/{open_still}", f"/pauses/{pause}"):
        text = owner.get(page).text
        assert "Dropped because" in text and "the service was suspended" in text
        assert "took it back" not in text and "taken back" not in text
    assert "whoever asked took it back" in owner.get(f"/alterations/{back}").text
    ledger = owner.get(f"/jobs/{id}/ledger").text
    assert ledger.count("request dropped") == 2 and ledger.count("pause dropped") == 1
    assert "taken back" not in ledger


def test_an_extension_that_fell_away_with_a_suspension_can_be_asked_for_again(window, app, job):
    units = (job.agency, make.operator())
    agency, office = (window(unit) for unit in units)
    page, offered = f"/jobs/{job.id}", f'href="/jobs/{job.id}/extension"'
    agency.post(f"{page}/extension", data={"days": "3", "reason": WHY})
    assert offered not in agency.get(page).text
    assert office.post(f"{page}/service/suspend", data={"reason": WHY}).status_code == 303
    assert office.post(f"{page}/service/lift", data={"reason": WHY}).status_code == 303
    assert offered in agency.get(page).text


def test_a_stranger_recomputes_what_the_service_publishes(window, job, tmp_path):
    units = (job.owner, job.agency, make.operator())
    owner, agency, office = (window(unit) for unit in units)
    agency.post(f"/jobs/{job.id}/extension", data={"days": "3", "reason": WHY})
    owner.post(f"/alterations/{alterations_of(job.id)[0].id}/agree")
    assert office.post(f"/jobs/{job.id}/service/suspend", data={"reason": WHY}).status_code == 303
    visitor = window()
    page = visitor.get(f"/jobs/{job.id}/ledger").text
    record, calendar = visitor.get(f"/jobs/{job.id}/clock.json"), visitor.get("/calendar.json")
    for address in (f"/jobs/{job.id}/clock.json", "/calendar.json", "deadline.py"):
        assert address in page
    told = json.loads(record.text)
    assert [one["state"] for one in told["pauses"]] == ["running"]
    assert [one["kind"] for one in told["alterations"]] == ["extension"]
    for name, text in (("clock.json", record.text), ("calendar.json", calendar.text)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    status, said = verifiers.run(PROGRAM, str(tmp_path / "clock.json"), str(tmp_path / "calendar.json"))
    assert (status, said.split(":")[0]) == (0, "All holds")


def test_the_ledger_of_what_ended_offers_the_calendar_as_it_was_then(window, app, tmp_path):
    done = make.job("delivered")
    now = make.later(done)
    day = next(row.day for row in ledger_of(done).rows if row.kind == "counted")
    stated = {"kind": "closure", "source": "示例通知", "url": "", "reason": "示例：停工。", "published_on": None}
    by = make.act(make.operator(), now)
    notice = calendars.enter(by, lines=f"{day},0,雨雪停工", effective_from=local_day(now), **stated)
    calendars.apply(by, notice, seen=calendars.preview(now, notice).mark)
    make.keep()
    id, visitor = done.id, window()
    page = visitor.get(f"/jobs/{id}/ledger").text
    assert "/calendar.json?revision=0" in page and "counted by the calendar as it was then" in page
    for name, address in (("clock.json", f"/jobs/{id}/clock.json"), ("calendar.json", "/calendar.json?revision=0")):
        (tmp_path / name).write_text(visitor.get(address).text, encoding="utf-8")
    status, said = verifiers.run(PROGRAM, str(tmp_path / "clock.json"), str(tmp_path / "calendar.json"))
    assert (status, said.split(":")[0]) == (0, "All holds")
    assert visitor.get("/calendar.json?revision=9").status_code == 404
    almanac.forget()


def test_a_job_whose_clock_does_not_run_has_no_record(window, app, as_user):
    other = make.job("awarded")
    assert window().get(f"/jobs/{other.id}/clock.json").status_code == 404
