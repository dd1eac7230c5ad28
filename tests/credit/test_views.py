"""The pages of credit: every figure recomputed by another path, what each side may type, and the open data."""

import csv
import io
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.agencies.bars import Bar
from app.agencies.models import Professional
from app.blacklists import operations as blacklists
from app.blacklists.models import BlacklistLine
from app.credit import operations
from app.credit.models import CreditEvent
from app.credit.views import in_points
from app.infra.db import session
from app.kernel.workdays import due_day, local_day
from tests import make
from tests.credit.matters import TODAY, WHY, agree, in_effect, listed, noted, on
from tests.pages import plain
from tests.staging import NOW

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "protocols" / "credit.schema.json").read_text())
AGENCY, EVENT = SCHEMA["properties"]["agencies"]["items"], SCHEMA["$defs"]["event"]
pytestmark = pytest.mark.one_database


@pytest.fixture
def signed_in(as_user):
    """`signed_in(thing)`: its administrator, or a visitor, in English."""

    def sign_in(thing=None):
        client = as_user(make.user_of(thing)) if thing else as_user()
        client.post("/language", data={"locale": "en"})
        return client

    return sign_in


def market():
    """Three agencies: one with events in two services, one of them repaired; one suspended; one without any."""
    mixed, bad, clean = (make.agency(f"示例{name}公司（示例）") for name in "甲乙丙")
    first = in_effect(mixed, "staff_swapped")
    later = on(first, months=6)
    operations.ask_repair(make.act(mixed, later), first, plea="已整改并培训全员。")
    operations.repair(make.act(make.regulator(), later), first, decision="整改属实。")
    in_effect(mixed, "complaint_upheld", later, item=make.item(make.OTHER_ITEM))
    in_effect(bad, "subcontract", later)
    last = in_effect(bad, "fee_off_platform", later)
    noted(bad, "staff_swapped", later)
    known = [(one.id, one.unit.code) for one in (mixed, bad, clean)]
    make.keep()
    return *known, on(last)


def by_hand(events, day):
    """The sum of published events by another path: from the dates as written, in halves of a point."""
    halves = 0
    for event in events:
        if not event["effective_on"]:
            continue
        since = date.fromisoformat(event["effective_on"])
        ends = since.replace(year=since.year + 1)
        if since <= day < ends:
            repaired = event["repaired_on"] and date.fromisoformat(event["repaired_on"]) <= day
            halves += event["points"] if repaired else 2 * event["points"]
    return halves / 2


def years_on(day, months):
    """The same day of the month so many months later, by counting months one by one."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = (date(year + (month == 12), month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def grade_by_hand(told, item, day):
    """The grade of a service type (or over all) as the protocol says, from the file alone."""
    scale, events = told["scale"], told["events"]
    bars = []
    for cause in events:
        began = date.fromisoformat(cause["effective_on"])
        same = [one for one in events if one["item"] == cause["item"]]
        if cause["fraud"]:
            bars.append(("all", began, years_on(began, scale["removed_months"])))
        if cause["item"] and (reached := by_hand(same, began)) >= scale["suspended"]:
            months = scale["long_months" if reached >= scale["long"] else "suspended_months"]
            bars.append((cause["item"], began, years_on(began, months)))
    running = {what for what, began, ends in bars if began <= day < ends}
    mine = [one for one in events if item in ("all", one["item"])]
    if "all" in running:
        return "removed"
    if item in running or (item == "all" and running):
        return "suspended"
    reached = by_hand(mine, day)
    return "warned" if reached >= scale["warned"] else "lowered" if reached >= scale["lowered"] else "normal"


def numbers(page):
    return re.findall(r'<span class="number">([^<]*)</span>', page.text)


def test_every_figure_of_the_pages_is_that_of_another_path(signed_in, clock):
    (mixed, mixed_code), (bad, bad_code), (clean, _), clock.now = market()
    day, visitor = local_day(clock.now), signed_in()
    told = json.loads(visitor.get("/credit.json").text)
    assert (set(told), told["day"]) == (set(SCHEMA["required"]), day.isoformat())
    (scale,) = told["scales"]
    by_code = {one["code"]: one for one in told["agencies"]}
    assert list(by_code) == [bad_code, mixed_code]
    for id, code in ((mixed, mixed_code), (bad, bad_code)):
        one = by_code[code]
        assert one["sum"] == by_hand(one["events"], day)
        assert set(one) == set(AGENCY["required"]) == set(AGENCY["properties"])
        assert all(set(event) == set(EVENT["required"]) == set(EVENT["properties"]) for event in one["events"])
        whole = one | {"scale": scale}
        assert one["grade"] == grade_by_hand(whole, "all", day)
        for item in one["items"]:
            assert item["grade"] == grade_by_hand(whole, item["item"], day)
            mine = [event for event in one["events"] if event["item"] == item["item"]]
            assert item["sum"] == by_hand(mine, day)
        sum_shown, grade, count = numbers(visitor.get(f"/agencies/{id}/credit"))
        assert float(sum_shown) == by_hand(one["events"], day)
        assert int(count) == len(one["events"])
        assert grade == {"suspended": "suspended for a service", "normal": "in good standing"}[one["grade"]]
    assert (by_code[mixed_code]["sum"], by_code[bad_code]["sum"]) == (5, 16)
    page = visitor.get(f"/agencies/{clean}/credit")
    assert numbers(page) == ["0", "in good standing", "0"]
    assert "No event on record" in page.text


def test_a_firm_reads_first_what_is_its_turn(signed_in, clock):
    agency = make.agency()
    clock.now = noted(agency).state_since
    make.keep()
    for reader, asked in ((agency, True), (None, False)):
        page = signed_in(reader).get(f"/agencies/{agency.id}/credit").text
        assert ("It is your turn to make a statement or object" in page.split("figures")[0]) is asked


def test_the_table_says_the_same_as_the_json_and_no_cell_is_a_formula(signed_in, clock):
    (mixed, _), _, _, clock.now = market()
    event = session.scalars(select(CreditEvent).where(CreditEvent.agency_id == mixed)).first()
    event.statement = "=HYPERLINK(1)"
    make.keep()
    visitor = signed_in()
    told = [event for one in visitor.get("/credit.json").get_json()["agencies"] for event in one["events"]]
    rows = list(csv.DictReader(io.StringIO(visitor.get("/credit.csv").text)))
    assert [(row["event"], row["points"], row["counts"]) for row in rows] == [
        (str(one["event"]), str(one["points"]), str(one["counts"])) for one in told
    ]
    assert [row["statement"] for row in rows if row["statement"]] == ["'=HYPERLINK(1)"]


def test_the_public_reads_what_is_in_effect_and_nothing_before_or_after(signed_in, clock):
    agency = make.agency()
    event = noted(agency, evidence="现场发现由其他单位代做。")
    make.keep()
    page = f"/agencies/{agency.id}/credit"
    visitor, firm = signed_in(), signed_in(agency)
    clock.now = NOW
    assert "现场发现" not in visitor.get(page).text
    assert f"/credit/{event.id}" in firm.get(page).text
    assert visitor.get(f"/credit/{event.id}").status_code == 404
    event = session.get_one(CreditEvent, event.id)
    make.lapse(event)
    make.keep()
    clock.now = on(event)
    assert "现场发现" in visitor.get(page).text
    clock.now = on(event, days=366)
    assert "现场发现" not in visitor.get(page).text
    assert visitor.get("/credit.json").get_json()["agencies"] == []


def test_a_regulator_records_the_firm_states_and_objects_the_regulator_decides(signed_in, clock, work):
    agency, regulator = make.agency(), make.regulator()
    clock.now = NOW
    typed = {"code": "subcontract", "happened_on": "2025-01-01", "evidence": WHY, "item_id": str(make.item().id)}
    firm, office = signed_in(agency), signed_in(regulator)
    for never in ("1999-01-01", "2030-01-01"):
        wrong = office.post(f"/agencies/{agency.id}/credit/record", data=typed | {"happened_on": never})
        assert wrong.status_code == 422
        assert f"Enter a date from 2000-01-01 to {TODAY.isoformat()}." in wrong.text
        assert WHY in wrong.text
    sent = office.post(f"/agencies/{agency.id}/credit/record", data=typed | {"happened_on": TODAY.isoformat()})
    assert sent.status_code == 303
    page = sent.location
    work(NOW)
    assert "A credit event about your agency is noted" in firm.get("/notices").text
    assert page in firm.get("/desk").text
    assert firm.post(f"{page}/state", data={"statement": "已告知业主。"}).status_code == 303
    assert firm.post(f"{page}/object", data={"objection": "短"}).status_code == 422
    assert firm.post(f"{page}/object", data={"objection": "分包经业主书面同意。"}).status_code == 303
    assert firm.post(f"{page}/state", data={"statement": "再次陈述。"}).status_code == 409
    assert page in office.get("/desk").text
    assert page in office.get("/credit/queue").text
    assert office.post(f"{page}/confirm", data={"decision": "同意书晚于分包。"}).status_code == 303
    shown = signed_in().get(f"/agencies/{agency.id}/credit").text
    assert "已告知业主。" in shown
    assert "分包经业主书面同意" not in shown
    assert "counts and is published through" in shown


def test_a_firm_that_asks_too_early_reads_when_it_may(signed_in, clock):
    agency = make.agency()
    event = in_effect(agency)
    make.keep()
    clock.now = on(event, days=30)
    page_of, firm = f"/credit/{event.id}", signed_in(agency)
    page = firm.get(page_of)
    assert "Repair may be asked for from" in page.text
    assert "/ask_repair" not in page.text
    refused = firm.post(f"{page_of}/ask_repair", data={"plea": "已整改并培训全体人员。"})
    assert refused.status_code == 422
    assert "已整改并培训全体人员。" in refused.text


def test_the_credit_page_tells_the_firm_alone_when_it_may_ask_for_repair(signed_in, clock):
    agency = make.agency()
    event = in_effect(agency)
    early, clean = on(event, days=30), on(event, months=6, days=1)
    page, firm, other = f"/agencies/{agency.id}/credit", signed_in(agency), signed_in(make.agency())
    make.keep()
    clock.now = early
    assert "Repair may be asked for from" in firm.get(page).text
    assert "Repair may be asked for from" not in other.get(page).text
    clock.now = clean
    assert f'href="/credit/{event.id}/ask_repair"' in firm.get(page).text
    assert "ask_repair" not in other.get(page).text


def test_a_suspended_agency_reads_why_it_cannot_enter_and_stands_last_in_the_list(signed_in, clock):
    bad, good = make.agency(), make.agency()
    in_effect(bad)
    event = in_effect(bad)
    clock.now = on(event)
    job = make.job("open", now=clock.now - timedelta(days=1))
    make.keep()
    entering = signed_in(bad).get(f"/jobs/{job.id}/enter").text
    assert "Is not suspended for this item" in entering
    assert f"/agencies/{bad.id}/credit" in entering
    names = re.findall(r'href="/agencies/(\d+)"', signed_in().get("/agencies").text)
    assert names.index(str(good.id)) < names.index(str(bad.id))


def test_an_outside_list_is_imported_reviewed_and_confirmed(signed_in, clock):
    agency, regulator = make.agency(), make.regulator()
    code, id = agency.unit.code, agency.id
    clock.now = NOW
    office = signed_in(regulator)
    bad = office.post("/blacklists/new", data={"text": listed("wrong", code, "false")})
    assert bad.status_code == 422
    assert [f"Line {number}:" in bad.text for number in (2, 3, 4)] == [True, False, True]
    assert "拖欠农民工工资" in bad.text
    sent = office.post("/blacklists/new", data={"text": listed(code)})
    assert sent.status_code == 303
    assert "1 to be reviewed" in office.get("/blacklists").text
    line = session.scalars(select(BlacklistLine.id)).one()
    assert f"/blacklists/{line}" in office.get("/desk").text
    assert office.post(f"/blacklists/{line}/confirm", data={"decision": "名单属实。"}).status_code == 303
    session.expire_all()
    assert session.scalars(select(Bar)).one().agency_id == id
    for page in (f"/agencies/{id}/credit", f"/agencies/{id}"):
        text = signed_in().get(page).text
        assert "Enters no job of any service" in text and "拖欠农民工工资" in text
        assert "listed by another authority" in text and "in good standing" not in text
        assert text.count("示例主管部门（示例）：拖欠农民工工资") == 2 and "through 31 Dec 2030" in text
    (told,) = signed_in().get("/credit.json").get_json()["barred"]
    assert (told["code"], told["item"], told["last"]) == (code, None, "2030-12-31")
    assert told["detail"] == "示例主管部门（示例）：拖欠农民工工资"


def test_a_notice_of_the_calendar_shows_what_becomes_of_an_event_about_no_job(signed_in):
    event, office = noted(make.agency()), signed_in(make.operator())
    make.keep()
    words = {"kind": "closure", "source": "示例停工通知", "reason": "示例：台风登陆。", "effective_from": TODAY}
    sent = office.post("/calendar/notices/new", data=words | {"lines": f"{due_day(event.due)},0,停工"})
    assert sent.status_code == 303
    assert f'href="/credit/{event.id}"' in office.get(sent.location).text


@pytest.mark.parametrize(("number", "told"), [(1, "1 point"), (2, "2 points"), (0, "0 points"), (5.5, "5.5 points")])
def test_points_are_told_with_their_word(app, number, told):
    with app.test_request_context(), force_locale("en"):
        assert in_points(number) == told


def test_the_list_without_anybody_says_so_and_prints_what_costs_points(signed_in):
    page = signed_in().get("/credit").text
    assert "No agency has a credit event in effect." in page
    assert "subcontract without approval" in page
    assert "is ranked lower" in page


def test_a_firm_reads_which_of_its_professionals_does_not_count_why_and_through_when(signed_in, clock):
    former, agency = make.agency(), make.agency()
    person = session.scalars(select(Professional).where(Professional.agency_id == agency.id)).one()
    make.item().require_staff = [{"certificate": person.certificate, "least": 1}]
    event = in_effect(former, "forged_paper", professional=person)
    job = make.job("open", now=on(event))
    make.keep()
    clock.now = make.later(job)
    told, page = f"not counted: {person.name}, removed from the market for fraud, through ", f"/jobs/{job.id}/enter"
    assert f"{person.certificate} ≥ 1; {told}" in signed_in(agency).get(page).text
    assert signed_in(agency).post(page).status_code in (409, 422)
    (one,) = signed_in().get("/credit.json").get_json()["professionals"]
    assert (one["number"], one["grade"], one["bars"][0]["item"]) == (person.number, "removed", None)


def test_whoever_decides_a_repair_is_offered_the_decision_before_anything_else(signed_in, clock):
    event = in_effect(make.agency())
    clock.now = on(event, months=6)
    operations.ask_repair(make.act(event.agency, clock.now), event, plea="已整改并培训全员。")
    make.keep()
    page = signed_in(make.regulator()).get(f"/credit/{event.id}").text
    found = re.findall(rf"/credit/{event.id}/(\w+)", page)
    assert found == ["repair", "refuse_repair", "revoke"]


def test_what_is_dropped_is_not_called_as_a_dropped_quote_is(app, as_user):
    regulator, event = make.regulator(), noted(make.agency())
    operations.drop(make.act(regulator), event, decision="事实不清。")
    make.keep()
    page = as_user(make.user_of(regulator)).get(f"/credit/{event.id}").text
    assert "已作废" in page
    assert "剔除" not in page


def test_a_form_says_by_when_it_is_awaited(signed_in, clock):
    event = noted(make.agency())
    make.keep()
    firm, regulator = signed_in(event.agency), signed_in(make.regulator())
    assert "Due by" in firm.get(f"/credit/{event.id}/state").text
    assert "Due by" in firm.get(f"/credit/{event.id}/object").text
    assert "Due by" not in regulator.get(f"/credit/{event.id}/drop").text
    event = make.again(event)
    operations.object_to(make.act(event.agency), event, objection="事实与记录不符，请核实。", file_id=None)
    make.keep()
    for verb in ("confirm", "drop"):
        assert "Due by" in regulator.get(f"/credit/{event.id}/{verb}").text


def test_a_fraud_says_first_that_it_removes_from_every_service_and_is_never_repaired(signed_in, clock, work):
    agency, regulator, day = make.agency(), make.regulator(), TODAY.isoformat()
    person = session.scalars(select(Professional.id).where(Professional.agency_id == agency.id)).one()
    clock.now, first = NOW, "If it takes effect, the firm is removed from every service for 36 months"
    firm, office = signed_in(agency), signed_in(regulator)
    path = f"/agencies/{agency.id}/credit/record"
    form = office.get(path).text
    assert "A fraud removes it from every service for 36 months and is never repaired." in form
    typed = {"code": "forged_paper", "happened_on": day, "evidence": WHY, "professional": str(person)}
    page = office.post(path, data=typed).location
    work(NOW)
    told = firm.get("/notices").text
    assert "removed from every service for 36 months, which is never repaired" in told
    for client in (firm, office):
        text = client.get(page).text
        assert text.index(first) < text.index("Evidence")
        assert "A fraud is never repaired." in text and "The professional it is about does not count" in text
    assert first in firm.get(f"{page}/object").text
    assert firm.post(f"{page}/object", data={"objection": "材料系第三方提供，并非本机构伪造。"}).status_code == 303
    for verb in ("confirm", "drop"):
        assert first in office.get(f"{page}/{verb}").text
    assert office.post(f"{page}/confirm", data={"decision": "伪造事实清楚。"}).status_code == 303
    work(NOW)
    told = firm.get("/notices").text
    assert "your agency is removed from every service for 36 months, which is never repaired" in told
    last = years_on(TODAY, 36) - timedelta(days=1)
    assert f"Removed from every service for 36 months, through {last.day} Sep {last.year}" in firm.get(page).text


def test_an_event_that_reaches_a_suspension_says_so_before_it_takes_effect_and_after(signed_in, clock):
    bad, other = make.agency(), make.agency()
    first = in_effect(bad)
    clock.now = on(first, days=1)
    second, alone = noted(bad, now=clock.now), noted(other, now=clock.now)
    make.keep()
    words = "If it takes effect today, the firm enters no job of"
    assert words not in signed_in(other).get(f"/credit/{alone.id}").text
    assert words in signed_in(bad).get(f"/credit/{second.id}").text
    make.lapse(make.again(second))
    make.keep()
    clock.now = on(make.again(second))
    text = signed_in(bad).get(f"/credit/{second.id}").text
    assert words not in text and "for 3 months, through" in text
    assert "3 months" not in signed_in(bad).get(f"/credit/{first.id}").text


def test_an_event_behind_a_bar_is_published_as_long_as_the_bar_runs(signed_in, clock, tmp_path):
    removed, suspended, other = make.agency(), make.agency(), make.agency()
    fraud = in_effect(removed, "forged_paper")
    in_effect(suspended, item=make.item())
    late = in_effect(suspended, now=NOW + timedelta(days=350), item=make.item())
    in_effect(other)
    day = local_day(on(late))
    id, page, since = fraud.id, f"/agencies/{removed.id}/credit", fraud.effective_on
    code, first_day = suspended.unit.code, on(fraud)
    last, counted = (years_on(since, months) - timedelta(days=1) for months in (36, 12))
    make.keep()
    clock.now = first_day
    told = signed_in().get("/credit.json").get_json()
    until = {event["event"]: event["public_until"] for one in told["agencies"] for event in one["events"]}
    assert until[id] == last.isoformat()
    (line,) = [
        row for row in csv.DictReader(io.StringIO(signed_in().get("/credit.csv").text)) if row["event"] == str(id)
    ]
    assert line["public_until"] == last.isoformat()
    words = f"counts through {counted.day} {counted:%b %Y}; published through {last.day} {last:%b %Y}, as long as"
    for text in (signed_in().get(page).text, signed_in(make.regulator()).get(f"/credit/{id}").text):
        assert words in " ".join(re.sub("<[^>]*>", "", text).split())
    clock.now = datetime.combine(day, NOW.timetz())
    told = signed_in().get("/credit.json").get_json()
    by_code = {one["code"]: one for one in told["agencies"]}
    (bar,) = by_code[code]["bars"]
    first_out, second_out = (one["public_until"] for one in by_code[code]["events"])
    assert first_out == bar["last"] < second_out
    assert agree(day, tmp_path / "credit.json") >= 2
    clock.now = datetime.combine(last, NOW.timetz())
    assert f'id="event-{id}"' in signed_in().get(page).text
    clock.now += timedelta(days=1)
    assert signed_in().get("/credit.json").get_json()["agencies"] == []


def test_lists_and_pages_mark_in_words_who_is_barred_and_whose_people_do_not_count(signed_in, clock):
    removed, listed_out, suspended, free = (make.agency(f"示例{name}公司（示例）") for name in "甲乙丙丁")
    person = session.scalars(select(Professional).where(Professional.agency_id == free.id)).one()
    fraud = in_effect(removed, "forged_paper", professional=person)
    events = [in_effect(suspended, item=make.item()) for _ in range(2)]
    regulator = make.regulator()
    blacklists.import_list(make.act(regulator), text=listed(listed_out.unit.code))
    blacklists.confirm(make.act(regulator), session.scalars(select(BlacklistLine)).one(), decision="名单属实。")
    clock.now = max(on(one) for one in (fraud, *events))
    names, mine = [one.unit.name for one in (removed, listed_out, suspended, free)], free.id
    item = make.item().name
    make.keep()
    shown = plain(signed_in().get("/agencies").text)
    after = [shown.split(name)[1].split("not rated yet")[0] for name in names]
    assert "removed from the market for fraud through" in after[0] and "enters no job" in after[0]
    assert "listed by another authority through 31 Dec 2030: enters no job" in after[1]
    assert "suspended for credit points through" in after[2] and item in after[2]
    assert "through" not in after[3]
    page = plain(signed_in().get(f"/agencies/{mine}").text)
    assert "removed from the market for fraud through" in page and "does not count as staff" in page
