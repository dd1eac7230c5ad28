"""What the system measures of a job, and whom it costs how much; a second run of the task records nothing more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.contracts import operations as contracts
from app.credit.measures import BY_EVENT
from app.infra import almanac
from app.infra.db import session
from app.infra.record import Event
from app.kernel.workdays import due_day, local_day
from app.objections import operations as objections
from app.selections import operations as selections
from app.services import operations as services
from tests import make
from tests.credit.matters import measure
from tests.services.work import at, deliver, owner, regulator, serving

pytestmark = pytest.mark.usefixtures("app")
SECOND = timedelta(seconds=1)


def costs(name, job):
    return [(one.rule.code, one.points, one.agency_id, one.happened_on) for one in measure(name, job.thread)]


def after(due, days):
    """An hour into the working day so many after the last day of a deadline."""
    return almanac.calendar().deadline(due - SECOND, days) - timedelta(hours=12)


def upload(by, job, when):
    paper = make.file(by, now=when)
    known = {"signed_on": local_day(when), "amount_cents": job.amount_cents, "days": job.agreed_days}
    contracts.upload(make.act(by, when), job, file_id=paper.id, **known)


@pytest.mark.parametrize(("late", "points"), [(0, None), (4, None), (5, 1), (9, 1), (10, 2)])
def test_each_five_working_days_of_a_late_upload_cost_the_agency_a_point(late, points):
    job = make.job("awarded")
    when = after(job.due, late) if late else job.due - SECOND
    upload(job.agency, job, when)
    contracts.confirm(make.act(job.owner, when + timedelta(minutes=1)), job)
    wanted = [("late_contract", points, job.agency_id, local_day(when))] if points else []
    assert costs("job.confirm_contract", job) == wanted


def test_an_agency_answers_for_its_own_steps_alone():
    job = make.job("awarded")
    when = after(job.due, 12)
    upload(job.owner, job, when)
    contracts.confirm(make.act(job.agency, when + timedelta(minutes=1)), job)
    assert costs("job.confirm_contract", job) == []
    other = make.job("awarded")
    upload(other.owner, other, make.later(other))
    contracts.confirm(make.act(other.agency, after(other.due, 6)), other)
    assert [points for _, points, *_ in costs("job.confirm_contract", other)] == [1]


@pytest.mark.parametrize(
    ("when", "cost"),
    [
        ("10-10 17:00", None),
        ("10-11 10:00", None),  # a Sunday: no working day has passed
        ("10-12 10:00", ("overdue_low", 2)),
        ("10-13 10:00", ("overdue_middle", 4)),
        ("10-14 10:00", ("overdue_high", 6)),
    ],
)
def test_an_overdue_report_costs_by_its_share_of_the_limit(when, cost):
    job = serving()
    deliver(job, when)
    found = [one[:2] for one in costs("job.deliver", job)]
    assert found == ([cost] if cost else [])


def test_a_job_terminated_without_a_report_is_overdue_to_its_end():
    job = serving()
    services.terminate(regulator(job, "10-12 10:00"), job, reason="逾期未交付，业主要求终止。")
    assert [one[:2] for one in costs("job.terminate", job)] == [("overdue_low", 2)]


def test_the_second_and_the_third_return_for_quality_cost_and_no_other():
    job = serving()
    found = []
    for day in range(4):
        deliver(job, f"10-0{day + 1} 10:00")
        services.return_report(owner(job, f"10-0{day + 1} 11:00"), job, reason="缺少附图和签章。")
        found = [one[:2] for one in costs("job.return_report", job)]
    assert found == [("rework_second", 3), ("rework_third", 5)]


def test_an_abandoned_award_costs_whoever_gave_it_up_and_not_the_next():
    job = make.job("awarded")
    first = job.agency_id
    selections.abandon(make.act(job.agency, make.later(job)), job, reason="项目负责人离职。")
    make.lapse(job)
    assert job.agency_id != first
    assert [one[:3] for one in costs("job.abandon", job)] == [("abandoned", 6, first)]


def test_an_upheld_objection_costs_the_agency_whose_selection_was_set_aside():
    job = make.job("objected")
    first, objection = job.agency_id, session.scalars(select(Event).where(Event.name == "objection.file")).one()
    by = make.act(make.operator(), make.later(job))
    objections.uphold(by, session.get_one(objections.Objection, objection.subject_id), decision="经查属实。")
    assert job.agency_id != first
    assert [one[:3] for one in costs("objection.uphold", job)] == [("objection_upheld", 3, first)]


def test_what_was_measured_says_its_figures():
    job = serving()
    deliver(job, "10-13 10:00")
    event = measure("job.deliver", job.thread)[0]
    assert event.numbers == {"late": 2, "limit": 5}
    assert (event.measure, event.item_id, event.job_id, event.recorded_by_id) == ("overdue", job.item_id, job.id, None)
    assert event.happened_on == at("10-13 10:00").date()
    assert due_day(event.due) > event.happened_on


def test_every_event_that_is_measured_is_a_step_or_known():
    assert set(BY_EVENT) - {"job.due_changed"} <= {
        f"{life.name}.{verb}" for life in (objections.Objection.LIFE, make.Job.LIFE) for verb in life.steps
    }
