"""The public working calendar."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from app.calendars.models import CalendarNotice, deadlines_told, put_into_force
from app.infra import almanac
from app.infra.db import session
from app.jobs import operations as jobs
from app.kernel.workdays import due_day
from app.objections.operations import object_to
from app.selections.models import current_award
from app.services.models import open_pause
from tests import make
from tests.credit.matters import noted
from tests.pages import english, plain
from tests.staging import NOW

pytestmark = pytest.mark.one_database


@pytest.fixture
def visitor(client):
    return english(client)


def test_this_years_exceptional_days_stand_with_their_sources(visitor):
    page = visitor.get("/calendar")
    rows = [plain(row) for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.S)]
    assert "Working calendar 2026" in plain(page.text)
    (make_up,) = [row for row in rows if row.startswith("Sat 10 Oct")]
    assert "make-up working day" in make_up
    assert "国务院办公厅" in make_up
    assert [row for row in rows if "三月三" in row]


def test_every_year_of_the_calendar_can_be_read(visitor):
    years = re.findall(r'href="/calendar\?year=(\d{4})"', visitor.get("/calendar").text)
    assert len(years) >= 3
    assert {visitor.get(f"/calendar?year={year}").status_code for year in (years[0], years[-1])} == {200}


@pytest.mark.parametrize("year", ["1900", "2999", "-1", "0", "99999999999999999999"])
def test_a_year_without_a_calendar_is_not_found(visitor, year):
    assert visitor.get(f"/calendar?year={year}").status_code == 404


def test_what_is_no_year_is_this_year(visitor):
    assert "Working calendar 2026" in plain(visitor.get("/calendar?year=x").text)


def test_the_year_after_the_last_notice_shows_the_last_and_says_that_later_days_are_provisional(visitor, clock):
    clock.passes(days=500)
    words = plain(visitor.get("/calendar").text)
    assert "Working calendar 2026" in words
    assert "provisional" in words


TYPED = {
    "kind": "closure", "source": "示例通知：台风停工", "url": "", "reason": "示例：台风登陆，停工。",
    "published_on": "", "effective_from": "2026-09-28",
}  # fmt: skip


@pytest.fixture
def operator(as_user):
    client = english(as_user(make.user_of(make.operator())))
    yield client
    almanac.forget()


def notice_of(answer) -> int:
    assert answer.status_code == 303, plain(answer.text)
    return int(re.fullmatch(r"/calendar/notices/(\d+)", answer.location).group(1))


def enter(client, lines: str) -> int:
    return notice_of(client.post("/calendar/notices/new", data=TYPED | {"lines": lines}))


def seen_on(page) -> str:
    return re.search(r'name="seen" value="([0-9a-f]{64})"', page.text).group(1)


def test_the_operator_sees_what_a_notice_changes_and_puts_it_into_force(operator, visitor):
    job = make.job("open")
    make.keep()
    last = due_day(job.due).isoformat()
    id = enter(operator, f"{last},0,台风停工")
    page = operator.get(f"/calendar/notices/{id}")
    words = plain(page.text)
    assert "This changes 1 open deadlines." in words and f"/jobs/{job.id}" in page.text and "+1" in words
    assert "put it into force, at the latest by" in words and "later, it does not move all of them" in words
    assert "台风停工" not in visitor.get("/calendar").text and visitor.get(f"/calendar/notices/{id}").status_code == 404
    answer = operator.post(f"/calendar/notices/{id}/apply", data={"seen": seen_on(page)})
    assert notice_of(answer) == id
    assert make.again(job).due > job.state_since
    page = english(visitor).get(f"/jobs/{job.id}").text
    assert "It was" in plain(page) and f'href="/calendar/notices/{id}"' in page
    told = visitor.get(f"/calendar/notices/{id}").text
    assert "What it changed" in plain(told) and f'href="/jobs/{job.id}"' in told and "+1" in told
    assert "示例通知：台风停工" in visitor.get("/calendar").text


def test_what_a_notice_moved_stays_readable_and_names_nothing_that_is_not_public(operator, visitor):
    job = make.job("submitted", project_name="示例秘密工程")
    make.keep()
    id, page = job.id, f"/calendar/notices/{enter(operator, f'{due_day(job.due)},0,台风停工')}"
    operator.post(f"{page}/apply", data={"seen": seen_on(operator.get(page))})
    shown = visitor.get(page).text
    assert "Not public (" in shown and "示例秘密工程" not in shown and f"/jobs/{id}" not in shown
    assert "示例秘密工程" in operator.get(page).text
    applied = put_into_force(session.get_one(CalendarNotice, int(page.rsplit("/", 1)[1])))
    assert [len(deadlines_told(applied, skip, 50)) for skip in (0, 1, 99)] == [1, 0, 0]


def test_of_a_credit_event_without_a_job_nothing_is_named_before_it_counts(operator, visitor):
    event = noted(make.agency(), now=NOW)
    name = event.agency.unit.name
    make.keep()
    page = f"/calendar/notices/{enter(operator, f'{due_day(event.due)},0,台风停工')}"
    assert name in operator.get(page).text
    operator.post(f"{page}/apply", data={"seen": seen_on(operator.get(page))})
    shown = visitor.get(page)
    assert shown.status_code == 200 and "Not public (" in shown.text and name not in shown.text


def test_what_becomes_firm_is_not_called_provisional_by_the_calendar_that_makes_it_so(operator):
    job = make.job("draft")
    jobs.submit(make.act(job.owner, datetime(2027, 1, 11, 1, 30, tzinfo=UTC)), job)
    make.keep()
    typed = TYPED | {"kind": "national", "lines": "2027-01-01,0,元旦\n2027-01-04,0,示例假"}
    page = operator.get(operator.post("/calendar/notices/new", data=typed).location).text
    before, after = (re.findall(rf'data-head="{head}">(.*?)</td>', page)[0] for head in ("Ends on", "By this calendar"))
    assert "provisional" in before and after == before.replace(" (provisional)", "")


def test_what_changed_since_the_preview_is_shown_again_and_nothing_is_done(operator):
    job = make.job("open")
    make.keep()
    last = due_day(job.due).isoformat()
    id = enter(operator, f"{last},0,台风停工")
    seen = seen_on(operator.get(f"/calendar/notices/{id}"))
    make.job("open")
    make.keep()
    answer = operator.post(f"/calendar/notices/{id}/apply", data={"seen": seen})
    assert answer.status_code == 409 and "This changes 2 open deadlines." in plain(answer.text)
    assert make.again(session.get_one(CalendarNotice, id)).state == "draft"
    assert notice_of(operator.post(f"/calendar/notices/{id}/apply", data={"seen": seen_on(answer)})) == id
    assert operator.post(f"/calendar/notices/{id}/apply", data={"seen": seen}).status_code == 409


def test_a_wrong_line_is_told_by_its_number_and_nothing_typed_is_lost(operator):
    answer = operator.post("/calendar/notices/new", data=TYPED | {"lines": "2026-12-01,0,停工\n2026-13-01,0,停工\nx"})
    words = plain(answer.text)
    assert answer.status_code == 422 and "Line 2: write a day that exists" in words and "Line 3: write the day" in words
    assert "2026-13-01,0,停工" in answer.text and "台风登陆" in answer.text


def test_what_waits_is_named_as_people_name_it(operator, clock):
    paused, objected = make.job("paused"), make.job("selected")
    pause, filed = open_pause(paused.id), make.later(objected)
    object_to(make.act(make.unit(), filed), objected, ground="示例：名单有误。", file_id=None)
    make.keep()
    ends = sorted(due_day(end).isoformat() for end in (pause.due, current_award(objected.id).publicity_ends))
    id = enter(operator, "\n".join(f"{end},0,台风停工" for end in dict.fromkeys(ends)))
    page = operator.get(f"/calendar/notices/{id}")
    rows = [plain(row) for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.S)]
    (of_pause,) = [row for row in rows if "pause of" in row]
    assert paused.project_name in of_pause and paused.number in of_pause
    assert f'href="/pauses/{pause.id}"' in page.text and f'href="/jobs/{paused.id}"' in page.text
    (held,) = [row for row in rows if "publicity of the result" in row]
    assert objected.number in held and "moves" in held


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_days_come_from_a_file(operator, code):
    file = (BytesIO("day,working,name\n2026-12-01,0,停工\n".encode(code)), "days.csv")
    id = notice_of(operator.post("/calendar/notices/new", data=TYPED | {"file": file, "lines": ""}))
    assert "停工" in operator.get(f"/calendar/notices/{id}").text


def test_a_file_that_is_wrong_stands_in_the_form_to_be_mended(operator):
    file = (BytesIO("2026-12-41,0,停工".encode()), "days.csv")
    answer = operator.post("/calendar/notices/new", data=TYPED | {"file": file, "lines": ""})
    assert answer.status_code == 422 and "2026-12-41,0,停工" in answer.text
    binary = (BytesIO(b"\xff\x00\xd8\x01"), "days.csv")
    answer = operator.post("/calendar/notices/new", data=TYPED | {"file": binary, "lines": "2026-12-01,0,停工"})
    assert answer.status_code == 422 and "no text file" in plain(answer.text)


def test_a_draft_is_changed_and_dropped(operator):
    id = enter(operator, "2026-12-01,0,停工")
    page = operator.get(f"/calendar/notices/{id}/edit")
    assert "2026-12-01,0,停工" in page.text
    answer = operator.post(f"/calendar/notices/{id}/edit", data=TYPED | {"lines": "2026-12-02,0,停工"})
    assert notice_of(answer) == id
    assert operator.post(f"/calendar/notices/{id}/drop").status_code == 303
    assert make.again(session.get_one(CalendarNotice, id)).state == "dropped"


def test_many_deadlines_are_shown_a_page_at_a_time(operator):
    job = make.job("open")
    numbers = [f"GG-2026-9{n:04}" for n in range(60)]
    make.copies(job, 60, number=numbers)
    make.keep()
    id = enter(operator, f"{due_day(job.due).isoformat()},0,台风停工")
    first = operator.get(f"/calendar/notices/{id}")
    second = operator.get(f"/calendar/notices/{id}?from=50")
    shown = [re.findall(r"GG-2026-9\d{4}", page.text) for page in (first, second)]
    assert "This changes 61 open deadlines." in plain(first.text)
    assert (len(set(shown[0]) | set(shown[1])), set(shown[0]) & set(shown[1])) == (60, set())


def test_an_earlier_day_is_offered_to_the_agency_on_the_page_of_the_job(as_user):
    job = make.job("in_service")
    job.earlier_due = job.due - timedelta(days=1)
    make.keep()
    client, owner = (english(as_user(make.user_of(side))) for side in (job.agency, job.owner))
    page = client.get(f"/jobs/{job.id}")
    assert "The calendar allows an earlier day" in plain(page.text) and "Agree to the earlier day" in plain(page.text)
    assert "Agree to the earlier day" not in plain(owner.get(f"/jobs/{job.id}").text)
    assert client.post(f"/jobs/{job.id}/service/earlier").status_code == 303
    assert make.again(job).earlier_due is None
    assert "First promised" in plain(client.get(f"/jobs/{job.id}/ledger").text)


def test_the_calendar_is_open_data(visitor):
    told = visitor.get("/calendar.json").json
    assert (told["format"], told["first_year"], told["last_year"]) == ("calendar/1", 2004, 2026)
    assert [row["day"] for row in told["days"]] == sorted({row["day"] for row in told["days"]})
    (make_up,) = [row for row in told["days"] if row["day"] == "2026-10-10"]
    assert make_up["working"] is True and make_up["source"]
