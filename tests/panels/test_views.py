"""The pages of a panel, one test for each outcome."""

import pytest

from app.infra.db import session
from app.jobs.models import Job
from app.jobs.rules import State
from app.panels import operations as panels
from app.panels.models import seats_of, sheets_of
from app.panels.rules import Part
from tests import make
from tests.panels import bench

pytestmark = pytest.mark.one_database


def sheet_of(word: str, each: str = "85", bidders: int = 3) -> dict[str, str]:
    numbers = range(1, bidders + 1)
    scores = {f"score_{number}_{place}": each for number in numbers for place in (1, 2)}
    return scores | {f"{word}_{number}": "有依据，可行。" for number in numbers}


def opened(as_user, clock, job: Job, *readers):
    clock.now = make.later(job)
    users = [one if hasattr(one, "username") else make.user_of(one) for one in readers]
    make.keep()
    return [as_user(user) for user in users]


def test_the_wish_takes_criteria_and_keeps_what_was_typed_when_they_are_not_100(as_user, clock):
    job = make.job("draft", item=make.BY_CONTRACT)
    (owner,) = opened(as_user, clock, job, job.owner)
    row = {"criteria-row": "0", "criteria-0-name": "方案", "criteria-0-descriptor": "完整可行得高分。"}
    known = {"method": "merit", "ceiling_cents": "30000", "days": "12", "if_abandoned": "next", "avoid-row": "0"}
    answer = owner.post(f"/jobs/{job.id}/wish", data=known | row | {"criteria-0-weight": "70", "price_weight": "20"})
    assert answer.status_code == 422 and "合计 90，应为 100" in answer.text
    assert 'value="方案"' in answer.text and 'value="70"' in answer.text
    answer = owner.post(f"/jobs/{job.id}/wish", data=known | row | {"criteria-0-weight": "80", "price_weight": "20"})
    assert answer.status_code == 303
    assert make.again(job).criteria == [{"name": "方案", "weight": 80, "descriptor": "完整可行得高分。"}]
    assert "完整可行得高分。" in owner.get(f"/jobs/{job.id}/review").text
    assert 'value="方案"' in owner.get(f"/jobs/{job.id}/wish").text


def test_the_owner_appoints_and_is_told_what_is_missing(as_user, clock):
    job = bench.opened()
    expert = make.user_of(make.unit())
    (owner,) = opened(as_user, clock, job, job.owner)
    assert "评审组人员未齐" in owner.get(f"/jobs/{job.id}/panel").text
    answer = owner.post(f"/jobs/{job.id}/panel/appoint", data={"username": "nobody", "part": "chair"})
    assert answer.status_code == 422 and 'value="nobody"' in answer.text and "没有登录名为" in answer.text
    answer = owner.post(f"/jobs/{job.id}/panel/appoint", data={"username": expert.username, "part": "chair"})
    assert answer.status_code == 303
    assert expert.name in owner.get(f"/jobs/{job.id}/panel").text
    assert make.again(job).chair_id == expert.id


def test_the_page_of_the_job_leads_those_concerned_to_the_panel(as_user, clock):
    job = bench.opened()
    chair = bench.seat(job, Part.CHAIR)
    clients = opened(as_user, clock, job, job.owner, chair.user, make.unit())
    assert [f'href="/jobs/{job.id}/panel"' in one.get(f"/jobs/{job.id}").text for one in clients] == [True, True, False]
    assert "经验与本项目相符得高分。" in as_user().get(f"/jobs/{job.id}").text


def test_a_member_finds_the_panel_on_the_desk_scores_once_and_keeps_what_was_typed(as_user, clock):
    job = bench.convened()
    seat = seats_of(job.id)[1]
    (member,) = opened(as_user, clock, job, seat.user)
    assert f'href="/seats/{seat.id}/score"' in member.get("/desk").text
    assert bench.proposal(1) in member.get(f"/seats/{seat.id}/score").text
    bad = sheet_of("remark") | {"score_2_1": "101"}
    answer = member.post(f"/seats/{seat.id}/score", data=bad)
    assert answer.status_code == 422 and 'value="101"' in answer.text and "有依据，可行。" in answer.text
    assert member.post(f"/seats/{seat.id}/score", data=sheet_of("remark")).status_code == 303
    assert sheets_of(job.id)[0].scores == [[85, 85]] * 3
    again = member.post(f"/seats/{seat.id}/score", data=sheet_of("remark", "99"))
    assert again.status_code == 409 and "已评分" in again.text
    assert "/score" not in member.get("/desk").text
    assert member.get(f"/seats/{seat.id}").status_code == 303


def test_the_chair_records_the_consensus_once_everybody_has_scored(as_user, clock):
    job = bench.convened()
    chair, *others = seats_of(job.id)
    for one in others:
        bench.score(one)
    (client,) = opened(as_user, clock, job, chair.user)
    path = f"/jobs/{job.id}/panel/agree"
    assert client.get(path).status_code == 409
    assert f'href="/jobs/{job.id}/panel"' in client.get("/desk").text
    bench.score(session.get_one(type(chair), chair.id))
    make.keep()
    assert "80, 80, 80" in client.get(path).text
    outside = {name: "" if name.startswith("reason") else text for name, text in sheet_of("reason").items()}
    answer = client.post(path, data=outside)
    assert answer.status_code == 422 and 'id="reason_1-error"' in answer.text and 'value="85"' in answer.text
    assert client.post(path, data=sheet_of("reason")).status_code == 303
    assert make.again(job).state == State.SELECTING
    late = client.post(path, data=sheet_of("reason", "90"))
    assert late.status_code == 409


def test_an_empty_seat_and_more_time(as_user, clock):
    job = bench.convened()
    _, one, _ = seats_of(job.id)
    member, owner, operator = opened(as_user, clock, job, one.user, job.owner, make.operator())
    assert member.post(f"/seats/{one.id}/recuse", data={"reason": "病"}).status_code == 422
    assert member.post(f"/seats/{one.id}/recuse", data={"reason": "与投标人有亲属关系。"}).status_code == 303
    assert member.get(f"/jobs/{job.id}/panel").status_code == 404
    text = owner.get(f"/jobs/{job.id}/panel").text
    assert "与投标人有亲属关系。" in text and f"/jobs/{job.id}/panel/appoint" in text
    answer = operator.post(f"/jobs/{job.id}/panel/extend", data={"reason": "一名成员回避，需要补位。"})
    assert answer.status_code == 303
    assert "一名成员回避，需要补位。" in as_user().get(f"/jobs/{job.id}").text


def test_a_panel_of_an_even_number_is_told_what_is_wanting(as_user, clock):
    job = bench.opened()
    chair, *_ = bench.seated(job, members=3)
    bench.convened(job)
    owner, head = opened(as_user, clock, job, job.owner, chair.user)
    text = owner.get(f"/jobs/{job.id}/panel").text
    assert "再选任一人，使评分人数为单数" in text and "补足空缺席位" not in text and "/law#panel_least" in text
    refused = head.post(f"/jobs/{job.id}/panel/agree", data={})
    assert refused.status_code == 409 and "评分人数须为单数" in refused.text


def test_the_result_tells_every_score_line_by_line_and_no_name_of_the_panel(as_user, clock):
    job = bench.opened()
    chair, _, two = bench.seated(job)
    panels.recuse(bench.by(two), two, reason="与投标人有亲属关系。")
    bench.seat(job)
    job = bench.selected(job, [60, 60], [95, 90], [70, 70])
    clock.now = make.later(job)
    make.keep()
    text = as_user().get(f"/jobs/{job.id}/result").text
    assert "服务方案：95 × 50% = 47.50" in text and "项目人员：90 × 30% = 27.00" in text
    assert "成员 3" in text and "与投标人有亲属关系。" in text and chair.unit.name in text
    assert not any(seat.user.name in text for seat in seats_of(job.id))
    assert "择优选取" in as_user().get(f"/jobs/{job.id}").text


def test_an_agency_enters_with_a_proposal_and_keeps_a_receipt_without_it(as_user, clock):
    job = bench.opened()
    firm = make.agency(lists=job.item, days=job.days, fee_cents=job.ceiling_cents)
    (agency,) = opened(as_user, clock, job, firm.unit)
    path, text = f"/jobs/{job.id}/enter", bench.proposal(1)
    answer = agency.post(path, data={"quote_cents": "9,000", "proposal": firm.unit.name + text})
    assert answer.status_code == 422 and "方案中出现了本机构名称" in answer.text and 'value="9,000"' in answer.text
    answer = agency.post(path, data={"quote_cents": "9,000", "proposal": text})
    assert answer.status_code == 303
    receipt = agency.get(answer.location + "/receipt.json").get_json()
    assert receipt["proposal_hash"] in agency.get(answer.location).text
    assert len(receipt["salt"]) == 64 and text not in str(receipt)


def test_a_chair_who_comes_second_reads_what_they_typed_by_the_names_on_the_form(as_user, clock):
    job = bench.scored(bench.convened())
    (chair,) = opened(as_user, clock, job, seats_of(job.id)[0].user)
    typed, path = sheet_of("reason"), f"/jobs/{job.id}/panel/agree"
    assert chair.post(path, data=typed).status_code == 303
    second = chair.post(path, data=typed)
    assert (second.status_code, "<dt>score_1_1" in second.text) == (409, False)
    assert "服务方案</dt><dd>85</dd>" in second.text and "有依据，可行。" in second.text


def test_who_must_appoint_the_panel_reads_it_on_the_desk_and_on_the_job_until_it_is_complete(as_user, clock):
    job = bench.opened()
    owner, stranger = opened(as_user, clock, job, job.owner, make.unit())
    panel, wish = f'href="/jobs/{job.id}/panel"', "没有评审组的合议结果，无法选出机构"
    assert panel in owner.get("/desk").text and wish in owner.get(f"/jobs/{job.id}").text
    assert wish not in stranger.get(f"/jobs/{job.id}").text
    bench.seated(make.again(job))
    make.keep()
    assert panel not in owner.get("/desk").text and wish not in owner.get(f"/jobs/{job.id}").text
    bench.convened(make.again(job))
    panels.recuse(make.act(make.operator(), make.later(job)), seats_of(job.id)[1], reason="与一家机构有亲属关系。")
    clock.now = make.later(job)
    make.keep()
    assert panel in owner.get("/desk").text and wish in owner.get(f"/jobs/{job.id}").text


def test_nobody_reads_the_scores_while_a_seat_is_empty(as_user, clock):
    job = bench.opened()
    chair, one, _ = bench.seated(job)
    witness = bench.seat(job, Part.WITNESS)
    bench.convened(job)
    bench.score(chair)
    bench.score(one)
    panels.recuse(make.act(make.operator(), make.later(job)), seats_of(job.id)[-2], reason="与一家机构有亲属关系。")
    readers = opened(as_user, clock, job, chair.user, witness.user)
    for reader in readers:
        page = reader.get(f"/jobs/{job.id}/panel").text
        assert "待业主补充任命" in page and "有依据。" not in page and "/panel/agree" not in page
    last = bench.seat(make.again(job))
    bench.score(last)
    make.keep()
    assert all("有依据。" in reader.get(f"/jobs/{job.id}/panel").text for reader in readers)
