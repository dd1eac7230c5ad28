"""The pages of jobs: who sees what, and one test for each outcome."""

import re

import pytest

from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra.db import session
from app.jobs.models import Job, drafts_of
from app.jobs.rules import State
from app.kernel.act import CLOCK, Act, Role
from app.objections import operations as objections
from app.objections.models import objections_of
from app.services.models import Pause
from tests import make
from tests.pages import english, plain

ANSWERS = {
    "project_name": "示例产业园四期（示例）", "project_code": "2026-450802-77-01-000001", "district_code": make.COUNTY,
    "funds": "social", "need": "编制水土保持方案报告表，含现场踏勘和报批。",
    "contact_name": "示例", "contact_phone": "0775",
}  # fmt: skip
WISHES = {"method": "lowest_price", "ceiling_cents": "15000", "days": "5", "if_abandoned": "next"}


@pytest.mark.parametrize("state", [*make.MAIN, *make.BESIDE])
def test_the_page_of_a_job_opens_in_every_state_for_those_who_may_read_it(app, as_user, state):
    owner, agencies = make.unit(), [make.agency() for _ in range(3)]
    job = make.job(state, owner=owner, entrants=agencies, method="average_price")
    hidden = job.published_at is None
    readers = [owner, make.operator(), make.regulator(job.sector_code)]
    others = [agencies[0], make.unit(), make.regulator("land")]
    for reader in readers:
        page = as_user(make.user_of(reader)).get(f"/jobs/{job.id}")
        assert page.status_code == 200
        assert job.project_name in page.text
    for other in others:
        assert as_user(make.user_of(other)).get(f"/jobs/{job.id}").status_code == (404 if hidden else 200)
    assert as_user().get(f"/jobs/{job.id}").status_code == (404 if hidden else 200)


def test_a_visitor_sees_published_jobs_only(client):
    draft, submitted, opened = (make.job(state) for state in ("draft", "submitted", "open"))
    make.keep()
    page = client.get("/jobs").text
    assert f"/jobs/{opened.id}" in page
    for hidden in (draft, submitted):
        assert f'"/jobs/{hidden.id}"' not in page
        assert client.get(f"/jobs/{hidden.id}").status_code == 404


EVERY = {"hospital", "percent", "survey"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("keyword=医院", {"hospital"}),
        ("keyword=100%25", {"percent"}),
        ("keyword=_", set()),
        ("keyword=GG-2026-00001", {"hospital"}),
        ("keyword=gg-2026 医院", {"hospital"}),
        ("method=lowest_price", {"percent"}),
        ("state=open", EVERY),
        ("state=archived", set()),
        ("state=nonsense", set()),
        ("district=450802", {"survey"}),
        ("district=450800", EVERY),
        ("stage=nonsense", set()),
        ("item=x&after=-1&keyword=%00", EVERY),
        ("district='", set()),
        ("endpoint=jobs.new&_external=1&_anchor=x", EVERY),
        ("item=99999999999999999999", EVERY),
    ],
)
def test_the_list_narrows_down(client, query, found):
    ids = {
        "hospital": make.job("open", project_name="示例医院扩建（示例）").id,
        "percent": make.job("open", project_name="100% 示例（示例）", method="lowest_price").id,
        "survey": make.job("open", item=make.OTHER_ITEM, project_name="示例路（示例）", district_code=make.COUNTY).id,
    }
    make.keep()
    page = client.get(f"/jobs?{query}")
    assert page.status_code == 200
    assert {name for name, id in ids.items() if f'href="/jobs/{id}"' in page.text} == found


def test_the_list_narrows_down_to_one_item_and_to_a_stage(client):
    item = make.item(make.OTHER_ITEM)
    one, other = make.job("open", item=item), make.job("open", item=make.BY_CONTRACT)
    make.keep()
    for query in (f"item={item.id}", f"stage={item.stage}"):
        page = client.get(f"/jobs?{query}").text
        assert f'href="/jobs/{one.id}"' in page
        assert f'href="/jobs/{other.id}"' not in page


def test_the_list_goes_on_by_key_and_comes_to_an_end(client):
    owner = make.unit()
    ids = [make.job("open", owner=owner).id for _ in range(23)]
    make.keep()
    first = client.get("/jobs?state=open")
    assert first.text.count('class="what"') == 20
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older
    rest = client.get(older[1].replace("&amp;", "&"))
    assert rest.text.count('class="what"') == 3
    assert 'rel="next"' not in rest.text
    assert all(f'href="/jobs/{id}"' in first.text + rest.text for id in ids)


def test_a_unit_finds_its_own_jobs_drafts_included(as_user):
    owner = make.unit()
    mine, other = make.job("draft", owner=owner), make.job("open")
    page = as_user(make.user_of(owner)).get("/jobs?mine=1").text
    assert f'href="/jobs/{mine.id}"' in page
    assert f'href="/jobs/{other.id}"' not in page


def test_a_quote_is_nowhere_before_the_entry_has_closed(as_user):
    owner, agencies = make.unit(), [make.agency() for _ in range(3)]
    job = make.job("open", owner=owner, method="lowest_price", funds="social")
    for place, agency in enumerate(agencies):
        make.verb("entries", "enter")(make.act(agency, make.later(job)), job, Offer(1_234_500 + place))
    readers = [None, owner, make.operator(), make.regulator(job.sector_code), agencies[1]]
    for reader in readers:
        client = as_user(make.user_of(reader) if reader else None)
        for path in ("/jobs", f"/jobs/{job.id}"):
            text = client.get(path).text
            assert "12,345" not in text
            assert "1.2345" not in text
        assert "3" in text


def test_an_owner_posts_a_job_in_four_pages(as_user):
    owner = make.unit()
    client = as_user(make.user_of(owner))
    assert client.get("/jobs/new").status_code == 200
    begun = client.post("/jobs/new", data={"item_id": make.item().id})
    assert begun.status_code == 303
    path = begun.location.removesuffix("/project")
    assert client.get(begun.location).status_code == 200
    kept = client.post(begun.location, data=ANSWERS)
    assert (kept.status_code, kept.location) == (303, f"{path}/wish")
    assert client.get(kept.location).status_code == 200
    wished = client.post(kept.location, data=WISHES | {"floor_cents": "9000"})
    assert (wished.status_code, wished.location) == (303, f"{path}/review")
    assert ANSWERS["need"] in client.get(wished.location).text
    sent = client.post(f"{path}/submit")
    assert (sent.status_code, sent.location) == (303, path)
    job = session.get_one(Job, int(path.rsplit("/", 1)[1]))
    assert (job.state, job.ceiling_cents, job.floor_cents, job.funds) == (State.SUBMITTED, 1_500_000, 900_000, "social")
    assert client.get(f"{path}/project").location == path, "what is submitted is shown, not edited"


def test_the_form_refuses_what_the_standard_does_not_allow_and_keeps_what_was_typed(as_user):
    owner = make.unit()
    job = make.job("draft", owner=owner)
    client = as_user(make.user_of(owner))
    page = client.post(f"/jobs/{job.id}/wish", data=WISHES | {"ceiling_cents": "20001"})
    assert page.status_code == 422
    assert 'value="20001"' in page.text
    assert "#ceiling_cents" in page.text
    assert "20,000" in page.text
    assert make.again(job).ceiling_cents == 2_000_000
    assert client.post(f"/jobs/{job.id}/project", data=ANSWERS | {"need": "短"}).status_code == 422


def test_agencies_to_be_avoided_are_rows_of_the_form(as_user):
    owner, agency = make.unit(), make.agency()
    job = make.job("draft", owner=owner)
    code = agency.unit.code
    client = as_user(make.user_of(owner))
    path = f"/jobs/{job.id}/wish"
    more = client.post(path, data=WISHES | {"avoid-row": "0", "avoid-more": "1"})
    assert more.status_code == 200
    assert "avoid-1-code" in more.text
    row = {"avoid-row": "0", "avoid-0-code": code, "avoid-0-reason": "利害关系（示例）"}
    assert client.post(path, data=WISHES | row).status_code == 303
    assert "利害关系（示例）" in client.get(f"/jobs/{job.id}/review").text
    assert client.post(path, data=WISHES | row | {"avoid-0-code": "nobody"}).status_code == 422


def test_what_is_rarely_needed_is_folded_until_it_is_filled_in_or_wrong(as_user):
    owner = make.unit()
    job = make.job("draft", owner=owner)
    client = as_user(make.user_of(owner))
    path = f"/jobs/{job.id}/wish"
    assert '<details class="fold" open>' not in client.get(path).text
    more = client.post(path, data=WISHES | {"avoid-row": "0", "avoid-more": "1"}).text
    assert more.count('<details class="fold" open>') == 1, "the row just added"
    wrong = client.post(path, data=WISHES | {"urgent_reason": "示" * 501}).text
    assert wrong.count('<details class="fold" open>') == 1


def test_fields_of_one_method_are_marked_with_it(as_user):
    owner = make.unit()
    job = make.job("draft", owner=owner)
    page = as_user(make.user_of(owner)).get(f"/jobs/{job.id}/wish").text
    assert page.index('data-for="merit"') < page.index('id="criteria"') < page.index('data-for="price_and_days"')
    assert page.index('data-for="average_price lowest_price') < page.index('name="if_abandoned"'), "of no direct one"
    label = page.split('for="direct_reason"')[1].split("</label>")[0]
    assert "（选填）" not in label and "（选填）" in page.split('for="least_days"')[1].split("</label>")[0]


def test_an_incomplete_posting_is_not_submitted_and_says_what_is_missing(as_user):
    owner = make.unit()
    client = as_user(make.user_of(owner))
    path = client.post("/jobs/new", data={"item_id": make.item(make.BY_CONTRACT).id}).location.removesuffix("/project")
    page = client.get(f"{path}/review").text
    assert f"{path}/project#need" in page
    assert f"{path}/wish#ceiling_cents" in page
    assert client.post(f"{path}/submit").status_code == 422
    assert f'href="{path}/review"' in client.get("/jobs/new").text, "drafts are kept and listed"


def test_the_operator_publishes_or_returns_with_reasons(as_user):
    first, second = make.job("submitted"), make.job("submitted")
    client = as_user(make.user_of(make.operator()))
    assert f'action="/jobs/{first.id}/publish"' in client.get(f"/jobs/{first.id}").text
    assert client.post(f"/jobs/{first.id}/publish").status_code == 303
    assert make.again(first).state == State.OPEN
    path = f"/jobs/{second.id}/return_posting"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"reason": ""}).status_code == 422
    assert client.post(path, data={"reason": "请补充项目规模。"}).status_code == 303
    assert make.again(second).returned_because == "请补充项目规模。"
    assert client.post(f"/jobs/{second.id}/publish").status_code == 409, "it is with its owner now"


def test_a_visitor_is_asked_to_sign_in_and_a_stranger_refused(as_user):
    job = make.job("open")
    stranger = as_user(make.user_of(make.unit()))
    for path in ("project", "wish", "review", "withdraw", "repost", "delegate", "return_posting"):
        assert stranger.get(f"/jobs/{job.id}/{path}").status_code == 403
        visit = as_user().get(f"/jobs/{job.id}/{path}")
        assert visit.status_code == 303
        assert "/sign-in" in visit.location
    for path in ("submit", "publish"):
        assert stranger.post(f"/jobs/{job.id}/{path}").status_code == 403
    assert as_user(make.user_of(make.agency())).get("/jobs/new").status_code == 403


def test_a_draft_is_private(as_user):
    path = f"/jobs/{make.job('draft').id}"
    strangers = [as_user(make.user_of(one)) for one in (make.unit(), make.agency(), make.regulator("land"))]
    for client in (*strangers, as_user()):
        for page in ("", "/project", "/wish", "/review", "/withdraw", "/delegate"):
            assert client.get(path + page).status_code == 404


def test_an_owner_withdraws_with_a_reason(as_user):
    owner = make.unit()
    job = make.job("open", owner=owner)
    client = as_user(make.user_of(owner))
    path = f"/jobs/{job.id}/withdraw"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"reason": "短"}).status_code == 422
    assert client.post(path, data={"reason": "项目调整，不再需要。"}).status_code == 303
    assert make.again(job).state == State.WITHDRAWN
    assert "项目调整，不再需要。" in as_user().get(f"/jobs/{job.id}").text
    assert client.post(path, data={"reason": "项目调整，不再需要。"}).status_code == 409


def test_a_failed_job_is_posted_again(as_user):
    owner = make.unit()
    job = make.job("failed", owner=owner)
    client = as_user(make.user_of(owner))
    assert f'href="/jobs/{job.id}/repost"' in client.get(f"/jobs/{job.id}").text
    assert client.get(f"/jobs/{job.id}/repost").status_code == 200
    again = client.post(f"/jobs/{job.id}/repost")
    assert again.status_code == 303
    assert client.get(again.location).status_code == 200
    assert f'href="/jobs/{job.id}/repost"' not in client.get(f"/jobs/{job.id}").text
    assert client.post(f"/jobs/{job.id}/repost").status_code == 409


def test_an_administrator_hands_a_job_over(as_user):
    owner = make.unit()
    delegate = make.person(owner, Role.DELEGATE)
    job = make.job("open", owner=owner)
    client = as_user(make.user_of(owner))
    path = f"/jobs/{job.id}/delegate"
    assert delegate.name in client.get(path).text
    assert client.post(path, data={"user_id": "999999"}).status_code == 422
    assert as_user(delegate).get(path).status_code == 403
    assert client.post(path, data={"user_id": delegate.id}).status_code == 303
    assert make.again(job).run_by_id == delegate.id


def test_contacts_are_for_people_who_are_signed_in(as_user):
    job = make.job("open", contact_phone="0775-7654321")
    assert "0775-7654321" in as_user(make.user_of(make.agency())).get(f"/jobs/{job.id}").text
    assert "0775-7654321" not in as_user().get(f"/jobs/{job.id}").text


def test_a_form_sent_twice_makes_one_draft(as_user):
    owner = make.unit()
    client = as_user(make.user_of(owner))
    data = {"item_id": make.item().id, "once": "one-and-the-same"}
    first, second = client.post("/jobs/new", data=data), client.post("/jobs/new", data=data)
    assert first.location == second.location
    assert len(drafts_of(owner.id)) == 1


def test_the_papers_are_for_the_parties_and_those_who_supervise_them(as_user):
    owner, agencies = make.unit(), [make.agency() for _ in range(3)]
    job = make.job("rework", owner=owner, entrants=agencies)
    path, winner, sector = f"/jobs/{job.id}/papers", job.agency_id, job.sector_code
    loser = next(one for one in agencies if one.id != winner)
    won = next(one for one in agencies if one.id == winner)
    readers = [owner, won, make.operator(), make.regulator(sector)]
    others = [loser, make.unit(), make.regulator("land")]
    readers, others = ([make.user_of(one) for one in some] for some in (readers, others))
    for client in map(as_user, readers):
        page = client.get(path)
        assert page.status_code == 200
        for file in re.findall(r'href="(/(?:contracts|papers|reports)/\d+/file)"', page.text):
            with client.get(file) as download:
                assert download.status_code == 200
        assert "第七项缺少附图" in page.text
        assert path in client.get(f"/jobs/{job.id}").text
    for client in map(as_user, others):
        assert client.get(path).status_code == 403
        assert path not in client.get(f"/jobs/{job.id}").text
    assert as_user().get(path).status_code == 303


@pytest.mark.parametrize("state", ["open", "paused"])
def test_the_papers_page_opens_with_whatever_there_is(as_user, state):
    owner = make.unit()
    job = make.job(state, owner=owner)
    assert as_user(make.user_of(owner)).get(f"/jobs/{job.id}/papers").status_code == 200


def test_a_refused_step_shows_where_the_job_stands_now(as_user):
    job = make.job("open")
    page = as_user(make.user_of(make.operator())).post(f"/jobs/{job.id}/publish")
    assert page.status_code == 409
    assert f'href="/jobs/{job.id}"' in page.text


@pytest.mark.parametrize("page", ["project", "wish"])
def test_a_posting_that_was_submitted_elsewhere_is_not_changed_and_the_words_are_kept(page, as_user):
    job = make.job("submitted")
    answer = as_user(make.user_of(job.owner)).post(f"/jobs/{job.id}/{page}", data={"need": "太短的需求"})
    assert answer.status_code == 409
    assert "太短的需求" in answer.text


@pytest.mark.parametrize("state", ["selecting", "abandoned"])
def test_what_the_clock_does_at_once_is_not_told_as_late(state, as_user, clock):
    job = make.job(state)
    clock.now = make.later(job, seconds=1)
    page = as_user().get(f"/jobs/{job.id}").text.partition("<footer")[0]
    assert "待<b>系统</b>" in page
    assert "超期" not in page


def test_a_pause_that_waits_for_an_answer_stands_on_the_page_of_both_sides_and_nobody_elses(as_user):
    job = make.job("in_service")
    by, text = make.act(job.agency, make.later(job, hours=1)), "进场道路被雨水冲断，勘察人员无法进入现场。"
    asked = make.verb("services", "ask_pause")(by, job, reason="site", text=text, file_id=None)
    address, pause = f"/jobs/{job.id}", f"/pauses/{asked.id}"
    sides = [make.user_of(job.owner), make.user_of(job.agency)]
    answering, asking = (as_user(user).get(address).text for user in sides)
    outside = as_user().get(address).text
    assert "请您答复，最迟至" in answering
    assert "对方最迟于" in asking
    assert pause in answering
    assert pause in asking
    assert pause not in outside


def test_the_last_step_of_posting_says_how_many_agencies_could_enter(as_user):
    owner, agencies = make.unit(), [make.agency() for _ in range(2)]
    names = [one.unit.name for one in agencies]
    jobs = {funds: make.job("draft", owner=owner, funds=funds).id for funds in ("social", "state")}
    client = as_user(make.user_of(owner))
    client.post("/language", data={"locale": "en"})
    pages = {funds: client.get(f"/jobs/{id}/review").text for funds, id in jobs.items()}
    assert all("2 agencies of the market meet these conditions today." in page for page in pages.values())
    assert all(name in pages["social"] for name in names)
    assert "At least 3 must enter" in pages["state"] and "must enter" not in pages["social"]


def test_objecting_is_not_the_first_thing_the_selected_agency_is_offered(as_user):
    agencies = [make.agency() for _ in range(2)]
    job = make.job("selected", method="lowest_price", funds="social", entrants=agencies)
    link = f'href="/jobs/{job.id}/object"'
    won, lost = (as_user(make.user_of(one)).get(f"/jobs/{job.id}").text for one in agencies)
    assert f'class="btn btn-link" {link}' in won
    assert f'class="btn btn-outline-dark" {link}' in lost


# --- what an agency and the public read of what they did --------------------------------------------------------------


def test_an_agency_that_has_entered_is_led_to_its_entry_and_not_asked_to_enter(as_user, clock):
    job, agency = make.job("open"), make.agency()
    clock.now = make.later(job)
    client, path = as_user(make.user_of(agency)), f"/jobs/{job.id}"
    assert f'href="{path}/enter"' in client.get(path).text
    entry = entries.enter(make.act(agency, clock.now), make.again(job), Offer())
    own = f'href="/entries/{entry.id}"'
    make.keep()
    entered = client.get(path).text
    assert own in entered and f'href="{path}/enter"' not in entered
    assert "查看、修改或撤回我的报名" in entered
    entries.withdraw(make.act(agency, clock.now), make.again(entry))
    make.keep()
    withdrawn = client.get(path).text
    assert own in withdrawn and "可重新报名" in withdrawn
    assert own not in as_user().get(path).text


@pytest.mark.parametrize("ticked, told", [([0, 2], "验收时勾选 2 项"), ([], "验收时勾选 0 项"), (None, "视为验收通过")])
def test_everybody_reads_what_the_owner_found_met(as_user, clock, ticked, told):
    job = make.job("delivered")
    if ticked is None:
        make.lapse(job)
    else:
        make.verb("services", "accept")(make.act(job.owner, make.later(job)), job, checklist=ticked)
    clock.now, points = make.later(job), len(job.standard.checklist)
    make.keep()
    page = as_user().get(f"/jobs/{job.id}").text
    assert told in page
    assert page.count("未勾选") == (0 if ticked is None else points - len(ticked))


@pytest.mark.parametrize(("entries", "words"), [(3, "all valid quotes"), (6, "the quotes that stay")])
def test_the_result_says_which_quotes_the_mean_is_of(as_user, entries, words):
    job = make.job("selected", method="average_price", entries=entries)
    page = english(as_user(make.user_of(job.owner))).get(f"/jobs/{job.id}").text
    assert f"The mean of {words} times the percentage is" in page


def test_a_terminated_job_says_why_first_and_counts_no_day_more(as_user, clock):
    job = make.job("terminated")
    clock.now = make.later(job, days=40)
    make.keep()
    client = english(as_user())
    page, ledger = client.get(f"/jobs/{job.id}").text, client.get(f"/jobs/{job.id}/ledger").text
    ordered = f"{make.operator().name} ended it before its time. Neither side is rated."
    assert f"terminated {ordered}" in plain(page) and "Reason: 项目取消，经双方同意终止。" in plain(page)
    assert "day 0 of 5" in page
    assert "checked after delivery" not in page
    assert "after acceptance" not in page
    assert "no later day counts" in ledger
    for text in (page, ledger):
        assert '<li class="used' not in text


def test_a_result_that_is_set_aside_with_nobody_next_is_told_as_failed(as_user):
    job = make.job("objected", entries=1, funds="social")
    objections.uphold(make.act(make.operator(), make.later(job)), objections_of(job.id)[0], decision="异议成立。")
    assert job.state == State.FAILED
    make.keep()
    page = english(as_user()).get(f"/jobs/{job.id}").text
    assert "Nobody is selected: selection failed. nobody is next in line" in page
    assert plain(page).count("nobody is next in line") == 3  # first, where it is told, in the story


def test_the_page_of_a_paused_job_promises_no_day(as_user):
    job = make.job("paused")
    make.keep()
    page = english(as_user()).get(f"/jobs/{job.id}").text
    assert "the due day moves on with it" in page
    assert "at the latest" not in plain(page.partition("report delivered")[2])


def test_a_pause_that_never_stood_says_when_it_was_asked_for_and_not_from_when_it_counts(as_user):
    job = make.job("in_service")
    by, text = make.act(job.agency, make.later(job, hours=1)), "进场道路被雨水冲断，勘察人员无法进入现场。"
    asked = make.verb("services", "ask_pause")(by, job, reason="site", text=text, file_id=None)
    make.verb("services", "refuse_pause")(make.act(job.owner, by.now), asked, answer="便道已修复，可以通行。")
    make.keep()
    page = english(as_user(make.user_of(job.agency))).get(f"/pauses/{asked.id}").text
    assert "Asked on" in page
    assert "Counts from" not in page


def test_a_pause_says_when_it_was_agreed_to_and_whether_by_silence(as_user, clock):
    text = "进场道路被雨水冲断，勘察人员无法进入现场。"
    for silent in (False, True):
        job = make.job("in_service")
        by = make.act(job.agency, make.later(job, hours=1))
        asked = make.verb("services", "ask_pause")(by, job, reason="site", text=text, file_id=None)
        agrees = Act(CLOCK, asked.due) if silent else make.act(job.owner, by.now)
        client = english(as_user(make.user_of(job.agency)))
        make.keep()
        assert "Agreed to" not in client.get(f"/pauses/{asked.id}").text
        make.verb("services", "confirm_pause")(agrees, session.get_one(Pause, asked.id))
        make.keep()
        page = plain(client.get(f"/pauses/{asked.id}").text)
        assert "Agreed to" in page and ("by silence, on" in page) == silent
