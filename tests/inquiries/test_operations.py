"""Asking about a job in the open, answering for everybody, withholding."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.infra.db import session
from app.infra.record import Event
from app.inquiries import operations as inquiries
from app.inquiries.models import Inquiry, inquiries_for, inquiries_to_answer, questions_until
from app.kernel.act import VISITOR
from app.kernel.errors import NotAllowed, WrongState
from app.notices.models import Notice
from tests import make
from tests.entries.steps import enter
from tests.staging import work_until_done

pytestmark = pytest.mark.usefixtures("app")
TEXT, ANSWER = "现场是否已经三通一平？", "已经三通一平，可随时踏勘。"


def ask(job, agency=None, **span):
    return inquiries.ask(make.act(agency or make.agency(), make.later(job, **span)), job, text=TEXT)


def answer(inquiry, by=None, **span):
    inquiries.answer(make.act(by or inquiry.job.owner, make.later(inquiry.job, **span)), inquiry, answer=ANSWER)


@pytest.mark.parametrize(
    ("fields", "until", "answered"), [({}, 2, 1), ({"urgent": True, "urgent_reason": "汛期抢险。"}, 0, 1)]
)
def test_questions_end_a_working_day_before_the_closing(fields, until, answered):
    job = make.job("open", **fields)
    assert make.workdays(job.published_at, questions_until(job)) == until
    inquiry = ask(job)
    assert (inquiry.state, inquiry.number, inquiry.answer) == ("asked", 1, None)
    assert make.workdays(inquiry.asked_at, inquiry.due) == answered
    assert inquiry.due <= job.due


def test_the_answer_is_due_at_the_closing_at_the_latest():
    make.term("question_answer", "5", make.NOW.date())
    job = make.job("open")
    assert ask(job).due == job.due


def test_who_asks_too_late_is_told_and_nothing_is_kept():
    job, agency = make.job("open"), make.agency()
    until = questions_until(job)
    kept = inquiries.ask(make.act(agency, until - timedelta(microseconds=1)), job, text=TEXT)
    for instant, why in ((until, "Questions about this job have ended"), (job.due, "entry for this job has closed")):
        with pytest.raises(WrongState, match=why):
            inquiries.ask(make.act(agency, instant), job, text=TEXT)
    assert session.scalars(select(Inquiry)).all() == [kept]


@pytest.mark.parametrize("state", ["submitted", "selecting", "awarded", "withdrawn"])
def test_nobody_asks_about_a_job_that_is_not_open(state):
    with pytest.raises(WrongState):
        ask(make.job(state))


def test_only_agencies_ask():
    job = make.job("open")
    for somebody in (job.owner, make.unit(), make.operator(), make.regulator(job.sector_code)):
        with pytest.raises(NotAllowed):
            inquiries.ask(make.act(somebody, make.later(job)), job, text=TEXT)


def test_an_answer_is_everybodys_at_the_moment_it_is_given():
    job = make.job("open")
    first, second = ask(job), ask(job)
    assert inquiries_for(VISITOR, job.id) == []
    assert inquiries_to_answer(job.owner_id) == [first, second]
    answer(second, hours=1)
    assert inquiries_for(VISITOR, job.id) == [second]
    assert inquiries_to_answer(job.owner_id) == [first]
    assert (second.state, second.answer, second.answered_at) == ("answered", ANSWER, make.later(job, hours=1))
    assert (first.number, second.number) == (1, 2)


def test_a_late_answer_is_taken_until_the_closing_and_then_everybody_reads_that_there_is_none():
    job = make.job("open")
    inquiry, other = ask(job), ask(job)
    inquiries.answer(make.act(job.owner, job.due - timedelta(seconds=1)), inquiry, answer=ANSWER)
    with pytest.raises(WrongState):
        inquiries.answer(make.act(job.owner, job.due), other, answer=ANSWER)
    make.lapse(job)
    assert inquiries_for(VISITOR, job.id) == [inquiry, other]
    assert (other.state, other.answer, inquiries_to_answer(job.owner_id)) == ("asked", None, [])
    with pytest.raises(WrongState, match="closed"):
        inquiries.answer(make.act(job.owner, job.state_since), other, answer=ANSWER)


def test_the_operator_withholds_with_a_reason_also_what_is_answered():
    job, operator = make.job("open"), make.operator()
    first, second = ask(job), ask(job)
    answer(second)
    for inquiry in (first, second):
        inquiries.withhold(make.act(operator, make.later(job)), inquiry, reason="提问中写明了本单位名称。")
        assert (inquiry.state, inquiry.withheld_because) == ("withheld", "提问中写明了本单位名称。")
    with pytest.raises(WrongState, match="withheld"):
        answer(first)
    for somebody in (job.owner, make.agency()):
        with pytest.raises(NotAllowed):
            inquiries.withhold(make.act(somebody, make.later(job)), second, reason="不应公开。")


def test_all_who_entered_or_asked_are_told_once_and_nobody_learns_who_asked():
    job, both, entrant, asker = make.job("open"), make.agency(), make.agency(), make.agency()
    for agency in (both, entrant):
        enter(job, agency)
    ask(job, asker)
    inquiry = ask(job, both)
    answer(inquiry)
    thread, asked_by = job.thread, [both.unit.name, asker.unit.name]
    names = {make.user_of(one).id: one.unit.name for one in (both, entrant, asker)}
    make.keep()
    work_until_done(make.later(job, hours=1))
    told = session.scalars(select(Notice).where(Notice.kind.startswith("inquiry."))).all()
    assert sorted(names[one.user_id] for one in told if one.kind == "inquiry.answer/0") == sorted(names.values())
    assert sum(one.kind == "inquiry.ask/0" for one in told) == 2, "the owner, of each"
    written = [
        *(str((one.says, one.places)) for one in told),
        *(str(one) for one in session.scalars(select(Event.facts))),
    ]
    assert not any(name in text for name in asked_by for text in written)
    story = select(Event).where(Event.thread_of == thread, Event.name.like("inquiry%"))
    assert not session.scalars(story).all(), "the story of the job names no asker"
