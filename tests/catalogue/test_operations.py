"""The shipped catalogue, and the versions of its unified standards: on both databases."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.catalogue import operations
from app.catalogue.models import (
    Item,
    Material,
    Standard,
    certificates,
    item_by_code,
    materials_of,
    standard_in_force,
    standards_of,
    words_required,
)
from app.catalogue.operations import STATED, copied_materials, in_force, make_standard, requirement, staff
from app.infra import db
from app.infra.db import session
from app.infra.record import Event
from app.infra.shipped import rows, standards
from app.kernel.errors import Invalid, NotAllowed
from app.kernel.workdays import HERE, local_day
from tests import make
from tests.at_once import in_threads
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")

TODAY = local_day(NOW)
TOMORROW = TODAY + timedelta(days=1)


def version(item=None, effective_from=TOMORROW, now=NOW, **changes):
    return make.standard(item or make.item(), effective_from=effective_from, now=now, **changes)


# --- what is shipped --------------------------------------------------------------------------------------------------


def test_the_44_items_are_loaded_each_with_its_standard():
    items = session.scalars(select(Item).order_by(Item.code)).all()
    assert [item.code for item in items] == [f"ZJ-{n:03}" for n in range(1, 45)]
    assert in_force(TODAY).keys() == {item.id for item in items}
    for item in items:
        standard = standard_in_force(item.id, TODAY)
        assert materials_of(standard.id)
        assert [axis["code"] for axis in standard.axes] == ["quality", "timeliness", "attitude", "fee", "conduct"]


def test_ten_items_and_more_of_five_days_can_be_bought_as_they_are():
    five = [one for one in in_force(TODAY).values() if one.days == 5]
    assert len(five) >= 10
    for one in five:
        assert (one.pricing, one.fee_mark) == ("ceiling", "default")
        assert one.days_mark in ("default", "law")
        assert one.ceiling_cents < one.old_fee_cents
        assert len(one.checklist) >= 6
        assert sum(paper.essential for paper in materials_of(one.id)) >= 1


def test_where_the_source_gives_no_figure_the_contract_does():
    left_open = [one for one in in_force(TODAY).values() if one.days is None]
    assert len(left_open) == 22
    assert {(one.pricing, one.ceiling_cents, one.baseline_days) for one in left_open} == {("contract", None, None)}


def test_a_time_before_the_reform_says_where_it_is_known_from():
    for one in in_force(TODAY).values():
        assert bool(one.baseline_days) == bool(one.baseline_basis)


def test_loading_again_adds_nothing_keeps_the_operators_versions_and_mends_the_facts():
    item = make.item()
    version(item, days=3)
    item.deliverable = "旧名称"
    session.flush()
    counted = [session.scalar(select(func.count()).select_from(one)) for one in (Item, Standard, Material)]
    operations.load(rows, standards, NOW)
    assert [session.scalar(select(func.count()).select_from(one)) for one in (Item, Standard, Material)] == counted
    assert item_by_code(item.code).deliverable == "水土保持方案报告表"
    assert standard_in_force(item.id, TOMORROW).days == 3


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", []),
        ("测绘资质", [[{"kind": "测绘资质", "grade": ""}]]),
        (
            "测绘资质:甲级|测绘资质:乙级",
            [[{"kind": "测绘资质", "grade": "甲级"}, {"kind": "测绘资质", "grade": "乙级"}]],
        ),
        ("甲:一&乙", [[{"kind": "甲", "grade": "一"}], [{"kind": "乙", "grade": ""}]]),
    ],
)
def test_a_requirement_is_read(text, groups):
    assert requirement(text) == groups


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("一级造价工程师:1", [{"certificate": "一级造价工程师", "least": 1}]),
        ("甲:2&乙:1", [{"certificate": "甲", "least": 2}, {"certificate": "乙", "least": 1}]),
    ],
)
def test_required_people_are_read(text, wanted):
    assert staff(text) == wanted


def test_the_words_of_the_catalogue_are_offered_once_each():
    kinds, grades, people = words_required()
    assert len(kinds) == len(set(kinds))
    assert {"测绘资质", "工程设计资质", "地质灾害防治单位评估资质"} <= set(kinds)
    assert {"甲级", "乙级"} <= set(grades)
    assert people == ["一级造价工程师", "环境影响评价工程师"]


# --- versions ---------------------------------------------------------------------------------------------------------


def test_a_version_takes_effect_on_its_day_and_the_old_one_stays_readable():
    item = make.item()
    first = standard_in_force(item.id, TODAY)
    second = version(item, days=3, ceiling_cents=1_500_000)
    assert second.version == first.version + 1
    assert standard_in_force(item.id, TODAY) is first
    assert standard_in_force(item.id, TOMORROW) is second
    assert in_force(TODAY)[item.id] is first
    assert in_force(TOMORROW)[item.id] is second
    assert [one.version for one in standards_of(item.id)] == [2, 1]
    assert (first.days, first.ceiling_cents) == (5, 2_000_000)
    assert [one.name for one in materials_of(first.id)] == [one.name for one in materials_of(second.id)]


def test_a_day_is_a_day_in_shanghai():
    item = make.item()
    late = NOW.astimezone(HERE).replace(hour=23, minute=59)
    with pytest.raises(Invalid):
        version(item, effective_from=TODAY, now=late)
    assert version(item, effective_from=TOMORROW, now=late)
    assert standard_in_force(item.id, local_day(late)).version == 1
    assert standard_in_force(item.id, local_day(late + timedelta(minutes=1))).version == 2


def test_a_version_is_on_record_with_who_made_it():
    made = version()
    event = session.scalars(select(Event).where(Event.name == "standard.make")).one()
    assert (event.subject_id, event.unit_id, event.facts["version"]) == (made.id, make.operator().id, 2)


def test_everything_of_the_four_unifieds_can_be_stated_anew():
    axes = [
        {"code": code, "name": code, "weight": 20, "levels": [f"{code} {mark}" for mark in range(1, 6)]}
        for code in ("quality", "timeliness", "attitude", "fee", "conduct")
    ]
    stated = {
        "days": 4, "clock_start": "materials_complete", "days_basis": "时限依据", "days_mark": "seen",
        "baseline_days": 12,
        "baseline_basis": "基线依据", "baseline_mark": "seen", "statutory_days": 20, "pricing": "reference",
        "ceiling_cents": 123_45, "unit": "亩", "old_fee_cents": 678_90, "fee_basis": "收费依据", "fee_mark": "law",
        "checklist": ["甲", "乙"], "quality_basis": "质量依据", "quality_mark": "memory", "axes": axes,
        "evaluation_basis": "评价依据", "evaluation_mark": "seen",
    }  # fmt: skip
    assert stated.keys() == set(STATED)
    papers = [
        {
            "name": "甲",
            "proves": "乙",
            "issuer": "丙",
            "essential": True,
            "certificate": "project_filing",
            "mark": "law",
        },
        {"name": "丁", "proves": "戊", "issuer": "己", "essential": False, "certificate": None, "mark": "default"},
    ]
    made = version(**stated, materials=papers)
    assert {name: getattr(made, name) for name in STATED} == stated
    assert copied_materials(made) == papers


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective_from": TODAY}, "effective_from"),
        ({"effective_from": date(2020, 1, 1)}, "effective_from"),
        ({"effective_from": date(2036, 9, 29)}, "effective_from"),
        ({"clock_start": "some day"}, "clock_start"),
        ({"days": 6, "statutory_days": 5}, "days"),
        ({"baseline_days": 9, "baseline_basis": " "}, "baseline_basis"),
        ({"days_mark": "guess"}, "days_mark"),
        ({"baseline_mark": ""}, "baseline_mark"),
        ({"pricing": "auction"}, "pricing"),
        ({"pricing": "ceiling", "ceiling_cents": None}, "ceiling_cents"),
        ({"pricing": "reference", "ceiling_cents": 0}, "ceiling_cents"),
        ({"pricing": "contract", "ceiling_cents": 5}, "ceiling_cents"),
        ({"fee_mark": "guess"}, "fee_mark"),
        ({"checklist": []}, "checklist"),
        ({"quality_mark": "guess"}, "quality_mark"),
        ({"evaluation_mark": "guess"}, "evaluation_mark"),
        ({"materials": []}, "materials"),
    ],
)
def test_an_unsound_version_names_what_is_wrong(changes, field):
    item = make.item()
    with pytest.raises(Invalid) as refusal:
        version(item, **changes)
    assert refusal.value.field == field
    assert len(standards_of(item.id)) == 1


@pytest.mark.parametrize(
    ("place", "changes", "field", "says"),
    [
        (0, {"weight": 31}, "weight_quality", "add up to 100: they are 101 now"),
        (1, {"weight": -25}, "weight_quality", "add up to 100"),
        (2, {"levels": ["一", "二"]}, "levels_attitude", "Say in 5 lines"),
        (4, {"levels": ["一", "二", " ", "四", "五"]}, "levels_conduct", "Say in 5 lines"),
    ],
)
def test_the_evaluation_standard_is_whole(place, changes, field, says):
    axes = [dict(axis) for axis in standards_of(make.item().id)[0].axes]
    axes[place] |= changes
    with pytest.raises(Invalid, match=says) as refusal:
        version(axes=axes)
    assert refusal.value.field == field


PAPER = {"name": "甲", "proves": "乙", "issuer": "丙", "essential": True, "certificate": None, "mark": "default"}


@pytest.mark.parametrize(
    "papers",
    [
        [PAPER | {"essential": False}],
        [PAPER, PAPER],
        [PAPER | {"certificate": "a_paper_of_my_own"}],
        [PAPER | {"mark": "guess"}],
    ],
)
def test_a_material_list_is_sound(papers):
    with pytest.raises(Invalid) as refusal:
        version(materials=papers)
    assert refusal.value.field == "materials"


def test_the_time_may_be_left_to_the_contract():
    made = version(days=None, pricing="contract", ceiling_cents=None)
    assert (made.days, made.ceiling_cents) == (None, None)


def test_a_version_without_a_source_is_none():
    item, newest = make.item(), standards_of(make.item().id)[0]
    stated = {name: getattr(newest, name) for name in STATED} | {"materials": copied_materials(newest)}
    with pytest.raises(Invalid) as refusal:
        make_standard(make.act(make.operator()), item, effective_from=TOMORROW, source="  ", **stated)
    assert refusal.value.field == "source"


def test_versions_follow_each_other():
    item = make.item()
    version(item, effective_from=TODAY + timedelta(days=10))
    for day in (9, 10):
        with pytest.raises(Invalid, match="2026-10-08") as refusal:
            version(item, effective_from=TODAY + timedelta(days=day))
        assert refusal.value.field == "effective_from"
    assert version(item, effective_from=TODAY + timedelta(days=11)).version == 3


def test_only_the_operator_makes_versions():
    newest = standards_of(make.item().id)[0]
    stated = {name: getattr(newest, name) for name in STATED} | {"materials": copied_materials(newest)}
    for outsider in (make.unit(), make.agency(), make.regulator()):
        with pytest.raises(NotAllowed):
            make_standard(make.act(outsider), make.item(), effective_from=TOMORROW, source="通知", **stated)


def test_two_versions_at_once_are_told_apart():
    item_id, newest = make.item().id, standards_of(make.item().id)[0]
    stated = {name: getattr(newest, name) for name in STATED} | {"materials": copied_materials(newest)}
    by, answers = make.act(make.operator()), []
    make.keep()
    session.remove()

    def run():
        try:
            with db.transaction():
                make_standard(by, session.get_one(Item, item_id), effective_from=TOMORROW, source="通知", **stated)
        except (Invalid, IntegrityError) as error:
            answers.append(error)

    in_threads(run, partial(run))
    assert [type(one) for one in answers] == [Invalid]
    assert [one.version for one in standards_of(item_id)] == [2, 1]


# --- what jobs hold to ------------------------------------------------------------------------------------------------


def test_a_job_keeps_the_version_it_was_submitted_under():
    item = make.item()
    before = make.job("open", item=item)
    version(item, days=3, ceiling_cents=1_500_000)
    after = make.job("open", item=item, now=NOW + timedelta(days=1), days=3, ceiling_cents=1_500_000)
    assert (before.standard.version, before.days) == (1, 5)
    assert (after.standard.version, after.days) == (2, 3)


@pytest.mark.parametrize(
    ("fields", "says"),
    [({"days": 6}, "at most 5 working days"), ({"ceiling_cents": 2_000_001}, "at most 20,000 yuan")],
)
def test_a_job_stays_within_the_standard(fields, says):
    with pytest.raises(Invalid, match=says):
        make.job("submitted", **fields)


@pytest.mark.parametrize(("fields", "field"), [({"days": None}, "days"), ({"ceiling_cents": None}, "ceiling_cents")])
def test_what_the_contract_decides_the_job_must_say(fields, field):
    with pytest.raises(Invalid) as refusal:
        make.job("submitted", item=make.BY_CONTRACT, **fields)
    assert refusal.value.field == field


def test_every_certificate_of_the_materials_has_its_name():
    named = {one.certificate for one in session.scalars(select(Material)) if one.certificate}
    assert named <= certificates().keys()
