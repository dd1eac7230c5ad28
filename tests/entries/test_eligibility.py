"""Who may enter a job: each condition fails by itself, says so, and says how to mend it. On both databases."""

from datetime import date, timedelta

import pytest

from app.agencies import operations as agencies
from app.agencies.models import Qualification, checked, current_listing
from app.entries import operations as entries
from app.entries.eligibility import Offer, conditions, has_staff, holds
from app.entries.models import entry_of
from app.infra.db import session
from app.jobs.models import Avoidance
from app.kernel.errors import Invalid
from app.kernel.workdays import local_day
from tests import make
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")

TODAY = local_day(NOW)
SURVEY = [[{"kind": "测绘资质", "grade": "甲级"}, {"kind": "测绘资质", "grade": "乙级"}]]
ANY_GRADE = [[{"kind": "工程设计资质", "grade": ""}]]


def with_qualifications(*rows):
    agency = make.agency(lists=None, admitted=False)
    paper = make.file(agency).id
    agencies.set_qualifications(make.act(agency), agency, rows=[make.qualification(**row, file=paper) for row in rows])
    agencies.submit(make.act(agency), agency, signed_by="示例")
    agencies.admit(make.act(make.operator()), agency)
    return agency


# --- qualifications ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "require", "enough"),
    [
        ([], [], True),
        ([], SURVEY, False),
        ([{"kind": "测绘资质", "grade": "甲级"}], SURVEY, True),
        ([{"kind": "测绘资质", "grade": "乙级"}], SURVEY, True),
        ([{"kind": "测绘资质", "grade": "丙级"}], SURVEY, False),
        ([{"kind": "测绘资质", "grade": ""}], SURVEY, False),
        ([{"kind": "工程测绘资质", "grade": "甲级"}], SURVEY, False),
        ([{"kind": "工程设计资质", "grade": "丙级"}], ANY_GRADE, True),
        ([{"kind": "工程设计资质", "grade": ""}], ANY_GRADE, True),
        ([{"kind": "测绘资质", "grade": "甲级"}], SURVEY + ANY_GRADE, False),
        ([{"kind": "测绘资质", "grade": "甲级"}, {"kind": "工程设计资质", "grade": "甲级"}], SURVEY + ANY_GRADE, True),
        ([{"kind": "测绘资质", "grade": " 甲 级 "}], SURVEY, True),
        ([{"kind": "测绘资质(房产测绘)", "grade": ""}], [[{"kind": "测绘资质（房产测绘）", "grade": ""}]], True),
    ],
)
def test_all_groups_must_be_held_and_any_alternative_of_each(held, require, enough):
    assert holds(with_qualifications(*held).id, require, TODAY) == enough


@pytest.mark.parametrize(
    ("until", "enough"), [(TODAY - timedelta(days=1), False), (TODAY, True), (TODAY + timedelta(days=1), True)]
)
def test_a_certificate_is_valid_through_its_last_day(until, enough):
    agency = with_qualifications({"kind": "测绘资质", "grade": "甲级"})
    checked(Qualification, agency.id)[0].valid_until = until
    assert holds(agency.id, SURVEY, TODAY) == enough


def test_two_certificates_of_a_kind_are_as_good_as_the_better_one():
    agency = with_qualifications({"kind": "测绘资质", "grade": "甲级"}, {"kind": "测绘资质", "grade": "丙级"})
    checked(Qualification, agency.id)[0].valid_until = TODAY - timedelta(days=1)
    assert not holds(agency.id, SURVEY, TODAY), "the valid one has not the grade, and the other is not valid"


def test_what_is_not_checked_does_not_count():
    agency = make.agency(lists=None)
    row = make.qualification("测绘资质", "甲级", file=make.file(agency).id)
    agencies.set_qualifications(make.act(agency), agency, rows=[row])
    agencies.submit_changes(make.act(agency), agency)
    assert not holds(agency.id, SURVEY, TODAY)
    agencies.accept_changes(make.act(make.operator()), agency)
    assert holds(agency.id, SURVEY, TODAY)


# --- registered professionals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certificates", "least", "enough"),
    [
        (["一级造价工程师"], 1, True),
        (["一级造价工程师（土木建筑工程）"], 1, True),
        (["二级造价工程师"], 1, False),
        (["注册咨询工程师"], 1, False),
        (["一级造价工程师"], 2, False),
        (["一级造价工程师", "一级造价工程师"], 2, True),
    ],
)
def test_enough_people_hold_the_certificate(certificates, least, enough):
    agency = make.agency(lists=None, admitted=False)
    agencies.set_professionals(make.act(agency), agency, rows=[make.professional(one) for one in certificates])
    agencies.submit(make.act(agency), agency, signed_by="示例")
    agencies.admit(make.act(make.operator()), agency)
    item = make.item()
    item.require_staff = [{"certificate": "一级造价工程师", "least": least}]
    assert has_staff(agency.id, item, TODAY) == enough
    item.require_staff = []
    assert has_staff(agency.id, item, TODAY)


@pytest.mark.parametrize("code", ["ZJ-007", "ZJ-008", "ZJ-037"])
def test_an_item_that_needs_registered_professionals_opens_to_who_has_them(code):
    item = make.item(code)
    assert item.require_staff
    with_staff, without = make.agency(lists=item), make.agency(lists=item)
    agencies.set_professionals(make.act(without), without, rows=[make.professional()])
    job = make.job("open", item=item, entrants=[])
    now = make.later(job)
    with pytest.raises(Invalid, match="Register the professionals"):
        entries.enter(make.act(without, now), job, Offer())
    assert entries.enter(make.act(with_staff, now), job, Offer())


# --- all conditions ---------------------------------------------------------------------------------------------------


@pytest.fixture
def job():
    return make.job("open", item="ZJ-017", method="random_draw", days=5)


def unmet(job, agency, today=TODAY):
    session.flush()
    return [one.says for one in conditions(today, job, agency) if not one.met]


def test_an_agency_that_meets_them_all_may_enter(job):
    agency = make.agency(lists="ZJ-017")
    assert unmet(job, agency) == []
    assert len(conditions(TODAY, job, agency)) == 9


def test_each_condition_fails_by_itself(job):
    able = make.agency(lists="ZJ-017")
    slow, dear = make.agency(lists="ZJ-017"), make.agency(lists="ZJ-017")
    current_listing(slow.id, job.item_id).days = 6
    current_listing(dear.id, job.item_id).fee_cents = job.ceiling_cents + 1
    expired, avoided = make.agency(lists="ZJ-017"), make.agency(lists="ZJ-017")
    checked(Qualification, expired.id)[0].valid_until = date(2026, 9, 27)
    session.add(Avoidance(job_id=job.id, agency_id=avoided.id, reason="曾参与本项目前期工作。"))
    assert unmet(job, slow) == ["Promises to deliver within the days of the job"]
    assert unmet(job, dear) == ["Charges no more than the fixed price"]
    assert unmet(job, expired) == ["Holds the required qualification, valid today"]
    assert unmet(job, avoided) == ["Is not to be avoided by this job"]
    agencies.take_down(make.act(able), current_listing(able.id, job.item_id))
    assert unmet(job, able)[0] == "Lists this item"
    assert "Admitted to the market" in unmet(job, make.agency(lists=None, admitted=False))


def test_every_unmet_condition_says_how_to_mend_it(job):
    stranger = make.agency(lists=None, admitted=False)
    wrong = [one for one in conditions(TODAY, job, stranger) if not one.met]
    assert len(wrong) == 3, "of what it does not list it is told that alone, not its days and its fee"
    assert all(one.mend for one in wrong)
    (qualification,) = [one for one in wrong if one.says.startswith("Holds")]
    assert qualification.detail == "地质灾害防治单位评估资质甲级/地质灾害防治单位评估资质乙级"


def test_what_the_job_wants_and_what_the_listing_promises_stand_against_each_other_in_numbers(job):
    slow = make.agency(lists="ZJ-017")
    current_listing(slow.id, job.item_id).days = 6
    session.flush()
    (wrong,) = [one for one in conditions(TODAY, job, slow) if not one.met]
    assert wrong.fact % wrong.numbers == "the job wants at most 5 working days, your listing promises 6"


def test_a_certificate_that_ends_while_the_entry_is_open_excludes_at_closing(job):
    entrants = [make.agency(lists="ZJ-017") for _ in range(4)]
    for one in entrants:
        entries.enter(make.act(one, make.later(job)), job, Offer())
    checked(Qualification, entrants[0].id)[0].valid_until = local_day(make.later(job))
    make.take_late(make.Job, job.id, job.due, make.wiring.VERBS)
    make.take_late(make.Job, job.id, job.due, make.wiring.VERBS)
    excluded = [entry_of(job.id, one.id).excluded_because for one in entrants]
    assert excluded == ["Holds the required qualification, valid today", None, None, None]
    assert job.agency_id in [one.id for one in entrants[1:]]
