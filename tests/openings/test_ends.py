"""Two persons open a job that is amended, withdrawn or posted again: which shares still work, and which never will."""

from datetime import timedelta

import pytest

from app import wiring
from app.accounts.models import Membership
from app.addenda import operations as addenda
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import excluded_entries, live_entries
from app.infra.clockwork import take_late
from app.infra.db import session
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.jobs.posting import problems
from app.jobs.rules import State
from app.kernel.act import Role
from app.kernel.errors import Invalid, WrongState
from app.openings import operations as openings
from app.openings.models import parts_of, shares_here, shares_to_take
from app.selections.models import selection_of
from tests import make
from tests.openings.test_shares import SOON, brings, selected, takes, two_person, unopened_job
from tests.openings.test_values import VALUE, officers, reads

pytestmark = pytest.mark.usefixtures("app")
TEXT = "补充说明现场条件，并顺延报名时间。"
NEED = {"need": "编制水土保持方案报告表，含现场踏勘、报批、修改和验收。"}


def enters(job, quote, at):
    one = make.agency(days=job.days, fee_cents=job.ceiling_cents)
    return entries.enter(make.act(one, at), job, Offer(quote))


def extended(*, lower=False, **fields):
    """A job that an addendum of its last minute keeps open, and the instant it was to close at first; two agencies have
    entered before, two after."""
    job = two_person(**fields)
    first = job.due
    for place in (0, 1):
        enters(job, job.ceiling_cents * (80 + place) // 100, make.later(job))
    yield job
    changes = {"ceiling_cents": job.ceiling_cents * 70 // 100} if lower else NEED
    addenda.amend(make.act(job.owner, first - timedelta(minutes=1)), job, text=TEXT, **changes)
    assert job.due > first
    for place in (0, 1):
        enters(job, job.ceiling_cents * (60 + place) // 100, first + SOON)
    take_late(Job, job.id, first + SOON, wiring.VERBS)
    assert job.state == State.OPEN, "what was the closing is none any more"
    yield job


def closes(job):
    announced = job.due
    take_late(Job, job.id, announced, wiring.VERBS)
    assert (job.state, job.closed_at) == (State.AWAITING, announced)


@pytest.mark.parametrize("taken", ["before the addendum", "after it", "while it waits"])
@pytest.mark.parametrize("who", ["the officer", "the regulator"])
def test_each_share_opens_a_job_that_an_addendum_kept_open(who, taken):
    story = extended()
    job, share = next(story), ""
    keeper = job.owner if who == "the officer" else make.regulator()
    if taken == "before the addendum":
        share = takes(keeper, job)
    next(story)
    assert shares_here(job.id) == (who != "the officer" or not share, who != "the regulator" or not share)
    if taken == "after it":
        share = takes(keeper, job)
    closes(job)
    assert brings(keeper, job, share or takes(keeper, job))
    assert [one.brought_at is not None for one in parts_of(job)] == [who == "the officer", who == "the regulator"]
    closed = job.closed_at
    assert selected(job) and job.amount_cents == job.ceiling_cents * 60 // 100
    transcript = selection_of(job.id).transcript
    assert (transcript["closed_at"], len(transcript["entrants"])) == (f"{closed:%Y-%m-%dT%H:%M:%SZ}", 4)


def test_a_job_kept_open_waits_for_the_value_of_its_new_closing_and_for_a_share():
    story = extended(outside_source="drand")
    job = next(story)
    before = job.outside
    next(story)
    assert job.outside != before
    closes(job)
    for one in officers():
        reads(one, job)
    assert (job.state, job.outside_value) == (State.AWAITING, VALUE)
    assert brings(job.owner, job, takes(job.owner, job)) and selected(job)


def test_an_offer_that_the_addendum_left_outside_the_bounds_is_excluded_when_the_share_has_opened_it():
    story = extended(lower=True)
    job = next(story)
    share, announced = takes(job.owner, job), job.ceiling_cents
    next(story)
    closes(job)
    assert brings(job.owner, job, share) and selected(job)
    assert sorted(one.quote_cents for one in excluded_entries(job.id)) == [announced * n // 100 for n in (80, 81)]
    assert job.amount_cents == job.ceiling_cents * 60 // 100


def test_a_withdrawn_job_is_opened_by_no_share_and_asks_for_none():
    story = extended()
    job = next(story)
    share, office = takes(job.owner, job), make.regulator()
    jobs.withdraw(make.act(job.owner, make.later(job)), job, reason="项目调整，不再需要。")
    for verb in (lambda: takes(office, job), lambda: brings_at(job, share)):
        with pytest.raises(WrongState):
            verb()
    assert shares_to_take(make.act(office).actor) == [] and not job.unlocked
    assert [one.quote_cents for one in live_entries(job.id)] == [None] * 2


def brings_at(job, share):
    return openings.bring_share(make.act(job.owner, job.state_since + SOON), job, share=share)


def reposted(job):
    again = jobs.repost(make.act(job.owner, make.later(job)), job)
    at = make.later(job, hours=2)
    jobs.submit(make.act(job.owner, at), again)
    jobs.publish(make.act(make.operator(), at), again)
    return again


def test_a_job_posted_again_has_shares_of_its_own_and_those_of_the_first_round_open_nothing():
    first = two_person("awaiting")
    old, spare = takes(first.owner, first), takes(make.regulator(), first)
    make.lapse(first)
    assert first.state == State.FAILED
    job = reposted(first)
    assert (job.two_person, job.officer_id, job.unlocked) == (True, first.officer_id, False)
    assert job.seal_public != first.seal_public and shares_here(job.id) == (True, True)
    share = takes(job.owner, job)
    for place in range(3):
        enters(job, job.ceiling_cents * (60 + place) // 100, make.later(job))
    closes(job)
    for whose, wrong in ((job.owner, old), (make.regulator(), spare)):
        with pytest.raises(Invalid):
            brings(whose, job, wrong)
    with pytest.raises(WrongState):
        takes(first.owner, first)
    assert brings(job.owner, job, share) and selected(job)


def test_a_job_is_not_posted_again_with_an_officer_who_has_left():
    failed = unopened_job()
    make.person(failed.owner, Role.ADMINISTRATOR)
    session.query(Membership).filter_by(user_id=failed.officer_id).delete()
    colleague = session.query(Membership).filter_by(unit_id=failed.owner_id).one().user
    act = make.act(colleague, make.later(failed))
    again = jobs.repost(act, failed)
    assert [one.field for one in problems(act, again)] == ["officer_id"]
