"""Posting a job: what must be true, what is pinned, who may."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.catalogue.models import materials_of, standard_in_force
from app.catalogue.operations import STATED, copied_materials, make_standard
from app.infra import almanac, keys
from app.infra.db import session
from app.infra.record import Event
from app.jobs import operations, posting
from app.jobs.ahead import ahead
from app.jobs.models import Job, avoided, drafts_of, reposts_of
from app.jobs.rules import State
from app.kernel.act import Role
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import local_day
from tests import make
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
NEXT_DAY = NOW + timedelta(days=1)


def refused_field(verb: Any, *args: Any, **fields: Any) -> str | None:
    with pytest.raises(Invalid) as refused:
        verb(*args, **fields)
    return refused.value.field


def events(job: Job) -> list[str]:
    return list(session.scalars(select(Event.name).where(Event.thread_of == job.thread).order_by(Event.id)))


def test_a_draft_proposes_what_the_standard_in_force_allows() -> None:
    owner, item = make.unit(), make.item()
    standard = standard_in_force(item.id, local_day(NOW))
    job = operations.create(make.act(owner), item_id=item.id)
    assert standard is not None
    assert (job.ceiling_cents, job.days, job.require) == (standard.ceiling_cents, standard.days, item.require)
    assert (job.contact_name, job.contact_phone) == (owner.contact_name, owner.contact_phone)
    assert job.run_by_id == make.user_of(owner).id
    assert job.number is None
    assert [draft.id for draft in drafts_of(owner.id)] == [job.id]


def test_only_an_owner_posts() -> None:
    for somebody in (make.agency(), make.operator(), make.regulator()):
        with pytest.raises(NotAllowed):
            operations.create(make.act(somebody), item_id=make.item().id)


def test_an_unknown_item_is_refused_beside_its_field() -> None:
    assert refused_field(operations.create, make.act(make.unit()), item_id=999_999) == "item_id"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"project_name": " "}, "project_name"),
        ({"need": "太短"}, "need"),
        ({"district_code": "000000"}, "district_code"),
        ({"funds": "borrowed"}, "funds"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_phone": ""}, "contact_phone"),
        ({"ceiling_cents": 99_999_999}, "ceiling_cents"),
        ({"ceiling_cents": -1}, "ceiling_cents"),
        ({"ceiling_cents": None}, "ceiling_cents"),
        ({"days": 6}, "days"),
        ({"days": 0}, "days"),
        ({"method": "by_friendship"}, "method"),
        ({"floor_cents": 100}, "floor_cents"),
        ({"method": "lowest_price", "floor_cents": 99_999_999}, "floor_cents"),
        ({"method": "lowest_price", "floor_cents": 0}, "floor_cents"),
        ({"urgent": True}, "urgent_reason"),
        ({"urgent": True, "urgent_reason": "  "}, "urgent_reason"),
        ({"if_abandoned": "shrug"}, "if_abandoned"),
    ],
)
def test_a_posting_refuses_what_is_not_lawful(fields: dict[str, Any], wrong: str) -> None:
    owner = make.unit()
    job = make.job("draft", owner=owner)
    before = (job.ceiling_cents, job.days, job.need, job.district_code)
    assert refused_field(operations.edit, make.act(owner), job, **fields) == wrong
    assert (job.ceiling_cents, job.days, job.need, job.district_code) == before, "nothing of it was kept"
    operations.submit(make.act(owner), job)


def test_the_refusal_of_a_ceiling_names_the_version_of_the_standard() -> None:
    owner = make.unit()
    job = make.job("draft", owner=owner)
    with pytest.raises(Invalid, match="version 1 of 2025-01-01"):
        operations.edit(make.act(owner), job, ceiling_cents=job.ceiling_cents + 1)


def test_what_is_missing_may_wait_until_the_posting_is_submitted() -> None:
    owner = make.unit()
    job = operations.create(make.act(owner), item_id=make.item(make.BY_CONTRACT).id)
    operations.edit(make.act(owner), job, project_name="示例大道（示例）")
    missing = {one.field for one in posting.problems(make.act(owner), job)}
    assert missing == {"need", "ceiling_cents", "days"}
    assert refused_field(operations.submit, make.act(owner), job) in missing
    assert job.state == State.DRAFT


def test_an_item_by_contract_takes_its_bounds_from_the_owner() -> None:
    job = make.job("submitted", item=make.BY_CONTRACT, ceiling_cents=12_345_678, days=40)
    assert (job.ceiling_cents, job.days) == (12_345_678, 40)


def test_a_submitted_posting_waits_one_working_day_for_the_operator() -> None:
    job = make.job("submitted")
    assert job.state == State.SUBMITTED
    assert job.due is not None
    assert job.due.isoformat() == "2026-09-29T16:00:00+00:00"


def test_numbers_follow_one_another_within_the_year() -> None:
    numbers = [make.job("submitted").number for _ in range(3)]
    assert numbers == ["GG-2026-00001", "GG-2026-00002", "GG-2026-00003"]
    assert make.job("submitted", now=NOW + timedelta(days=120)).number == "GG-2027-00001"


def test_submitting_pins_the_standard_in_force_today() -> None:
    owner, item = make.unit(), make.item()
    job = make.job("draft", owner=owner)
    old = standard_in_force(item.id, local_day(NOW))
    assert old is not None
    stated = {name: getattr(old, name) for name in STATED} | {"days": 4}
    tomorrow = local_day(NEXT_DAY)
    new = make_standard(
        make.act(make.operator()), item, effective_from=tomorrow, source="示例通知",
        materials=copied_materials(old), **stated,
    )  # fmt: skip
    assert refused_field(operations.submit, make.act(owner, NEXT_DAY), job) == "days"
    operations.edit(make.act(owner, NEXT_DAY), job, days=4)
    operations.submit(make.act(owner, NEXT_DAY), job)
    assert job.standard_id == new.id != old.id
    assert materials_of(new.id)


def test_a_stranger_can_do_nothing_with_a_draft() -> None:
    job, stranger = make.job("draft"), make.unit()
    for verb, details in [
        (operations.edit, {"days": 3}), (operations.submit, {}), (operations.delegate, {"user_id": 1}),
        (operations.withdraw, {"reason": "因为不喜欢"}), (operations.repost, {}),
    ]:  # fmt: skip
        with pytest.raises(NotAllowed):
            verb(make.act(stranger), job, **details)


def test_a_submitted_posting_cannot_be_changed() -> None:
    owner = make.unit()
    job = make.job("submitted", owner=owner)
    with pytest.raises(WrongState):
        operations.edit(make.act(owner), job, days=3)


def test_a_returned_posting_is_mended_and_keeps_its_number() -> None:
    owner = make.unit()
    job = make.job("returned", owner=owner)
    number = job.number
    assert job.returned_because
    operations.edit(make.act(owner), job, days=3)
    operations.submit(make.act(owner), job)
    assert (job.number, job.days, job.returned_because) == (number, 3, None)
    assert events(job)[-3:] == ["job.return_posting", "job.edit", "job.submit"]


def test_returning_and_withdrawing_need_a_reason() -> None:
    owner = make.unit()
    job = make.job("submitted", owner=owner)
    assert refused_field(operations.return_posting, make.act(make.operator()), job, reason=" ") == "reason"
    assert refused_field(operations.withdraw, make.act(owner), job, reason="") == "reason"
    assert job.state == State.SUBMITTED


def test_publishing_commits_to_a_secret() -> None:
    job = make.job("open")
    secret, other = (keys.unwrap(one.wrapped_secret or b"") for one in (job, make.job("open")))
    assert job.commitment == hashlib.sha256(secret).hexdigest()
    assert len(secret) == 32 and other != secret
    assert job.published_at is not None
    published = session.scalars(select(Event).where(Event.name == "job.publish")).first()
    assert published is not None
    assert secret.hex() not in str(published.facts)


@pytest.mark.parametrize(
    ("fields", "closes"),
    [
        ({}, "2026-10-08"),
        ({"urgent": True, "urgent_reason": "汛期临近，须在月内完成。"}, "2026-09-29"),
    ],
)
def test_the_entry_stays_open_for_the_term_that_applies(fields: dict[str, Any], closes: str) -> None:
    job = make.job("open", **fields)
    assert job.due is not None
    assert local_day(job.due - timedelta(seconds=1)).isoformat() == closes


def test_nobody_but_the_operator_publishes() -> None:
    owner = make.unit()
    job = make.job("submitted", owner=owner)
    with pytest.raises(NotAllowed):
        operations.publish(make.act(owner), job)
    operations.publish(make.act(make.operator()), job)
    with pytest.raises(WrongState):
        operations.publish(make.act(make.operator()), job)


def test_avoided_agencies_are_named_by_code_with_a_reason() -> None:
    owner, agency = make.unit(), make.agency()
    job = make.job("draft", owner=owner)
    act, code = make.act(owner), agency.unit.code
    operations.edit(act, job, avoid=[(code.lower(), "负责人的亲属在该机构任职。")])
    assert [(one.agency_id, one.reason) for one in avoided(job.id)] == [(agency.id, "负责人的亲属在该机构任职。")]
    for wrong in ([("91450800MA0000000X", "不存在的机构")], [(code, "")], [(code, "重复的代码"), (code, "重复的代码")]):
        assert refused_field(operations.edit, act, job, avoid=wrong) == "avoid"
    assert len(avoided(job.id)) == 1
    operations.edit(act, job, avoid=[])
    assert avoided(job.id) == []


def test_only_a_failed_job_is_posted_again() -> None:
    owner = make.unit()
    job = make.job("open", owner=owner)
    with pytest.raises(WrongState):
        operations.repost(make.act(owner), job)


def test_a_repost_is_a_new_draft_with_a_longer_entry() -> None:
    owner, agency = make.unit(), make.agency()
    failed = make.job("open", owner=owner, days=4)
    failed.state, failed.due = State.FAILED, None
    operations.session.add(operations.Avoidance(job_id=failed.id, agency_id=agency.id, reason="利害关系"))
    again = operations.repost(make.act(owner), failed)
    assert (again.state, again.round, again.repost_of_id, again.number) == (State.DRAFT, 2, failed.id, None)
    assert (again.days, again.need, again.project_name) == (4, failed.need, failed.project_name)
    assert [one.agency_id for one in avoided(again.id)] == [agency.id]
    assert [one.id for one in reposts_of(failed.id)] == [again.id]
    with pytest.raises(WrongState):
        operations.repost(make.act(owner), failed)
    operations.submit(make.act(owner), again)
    operations.publish(make.act(make.operator()), again)
    assert again.due is not None
    assert local_day(again.due - timedelta(seconds=1)).isoformat() == "2026-10-10", "five working days, not three"


def test_a_delegate_runs_only_what_was_handed_over() -> None:
    owner = make.unit()
    delegate = make.person(owner, Role.DELEGATE)
    job = make.job("draft", owner=owner)
    with pytest.raises(NotAllowed):
        operations.edit(make.act(delegate), job, days=3)
    operations.delegate(make.act(owner), job, user_id=delegate.id)
    operations.edit(make.act(delegate), job, days=3)
    operations.edit(make.act(owner), job, days=4)
    assert (job.run_by_id, job.days) == (delegate.id, 4)
    with pytest.raises(NotAllowed):
        operations.delegate(make.act(delegate), job, user_id=delegate.id)


def test_a_job_is_handed_to_members_of_its_owner_only() -> None:
    owner, other = make.unit(), make.unit()
    job = make.job("draft", owner=owner)
    stranger = make.user_of(other).id
    assert refused_field(operations.delegate, make.act(owner), job, user_id=stranger) == "user_id"


def test_a_delegate_who_posts_runs_the_job() -> None:
    owner = make.unit()
    delegate = make.person(owner, Role.DELEGATE)
    job = operations.create(make.act(delegate), item_id=make.item().id)
    operations.edit(make.act(delegate), job, need="需要一份完整的水土保持方案报告表，含现场踏勘。")
    assert job.run_by_id == delegate.id


def test_an_open_job_can_be_withdrawn_by_its_owner_with_a_public_reason() -> None:
    job = make.job("withdrawn")
    assert (job.state, job.due) == (State.WITHDRAWN, None)
    last = session.scalars(select(Event).where(Event.thread_of == job.thread).order_by(Event.id.desc())).first()
    assert last is not None
    assert last.facts["reason"]


@pytest.mark.parametrize("state", ["withdrawn", "failed", "terminated", "archived"])
def test_a_job_that_has_ended_is_not_handed_over(state: str) -> None:
    owner = make.unit()
    job, delegate = make.job(state, owner=owner), make.person(owner, Role.DELEGATE)
    with pytest.raises(WrongState):
        operations.delegate(make.act(owner), job, user_id=delegate.id)
    assert job.run_by_id != delegate.id


def test_a_repost_does_not_lower_the_fewest_entries_by_other_funds() -> None:
    owner = make.unit()
    failed = make.job("failed", owner=owner, funds="state")
    again = operations.repost(make.act(owner, make.later(failed)), failed)
    with pytest.raises(Invalid, match="keeps its funds") as refusal:
        operations.edit(make.act(owner, make.later(failed)), again, funds="social")
    assert (refusal.value.field, again.funds) == ("funds", "state")
    operations.edit(make.act(owner, make.later(failed)), again, funds="state")


def test_an_urgent_repost_is_told_the_periods_that_will_apply() -> None:
    owner = make.unit()
    failed = make.job("failed", owner=owner, urgent=True, urgent_reason="汛期临近，须在月内完成。")
    again = operations.repost(make.act(owner, make.later(failed)), failed)
    operations.submit(make.act(owner, make.later(again)), again)
    checked, closes, final = (by for _, by in ahead(again, make.later(again))[:3])
    published = checked - timedelta(microseconds=1)
    assert (make.workdays(published, closes), make.workdays(closes, final)) == (5, 1)


def test_what_people_do_on_the_last_day_is_counted_from_it_and_what_the_clock_does_from_the_next() -> None:
    job = make.job("in_service")
    delivered, accepted, rated = (by for _, by in ahead(job, make.later(job)))
    handed_in = delivered - timedelta(microseconds=1)
    assert delivered == job.due
    assert accepted == almanac.deadline(handed_in, "acceptance")
    assert rated == almanac.deadline(accepted, "rating"), "silence accepts after the last day"


def test_what_is_overdue_keeps_its_day_and_what_follows_is_counted_from_now() -> None:
    job = make.job("in_service")
    now = job.due + timedelta(days=9)
    delivered, accepted, _ = (by for _, by in ahead(job, now))
    assert (delivered, accepted) == (job.due, almanac.deadline(now, "acceptance"))


def test_while_an_objection_holds_the_award_the_result_is_final_at_the_latest_after_answer_and_decision() -> None:
    job = make.job("objected")
    final = ahead(job, make.later(job))[0][1]
    assert make.workdays(job.state_since, final) == 3 + 7


def test_a_number_announced_for_a_later_day_stands_in_what_lies_ahead() -> None:
    job = make.job("submitted")
    now = make.later(job)
    make.term("publicity", "9", local_day(now) + timedelta(days=1))
    closes, final = (by for _, by in ahead(job, now)[1:3])
    assert make.workdays(closes, final) == 9


def test_while_the_service_stands_still_nothing_ahead_has_a_latest_day() -> None:
    job = make.job("paused")
    left = ahead(job, make.later(job))
    assert [by for _, by in left] == [None] * 3
    assert left[0][0] == "report delivered"
