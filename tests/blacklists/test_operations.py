"""Outside blacklists: matched by credit code, reviewed line by line, and only then in effect, on both databases."""

import pytest
from sqlalchemy import select

from app.agencies.bars import bar_on
from app.blacklists import operations
from app.blacklists.models import BlacklistLine, lines_to_review
from app.blacklists.operations import Imported
from app.entries.eligible import eligible_ids
from app.infra.db import session
from app.kernel.credit_code import make_code
from app.kernel.errors import Invalid, NotAllowed, WrongState
from tests import make
from tests.credit.matters import STRANGER, TODAY, bars, in_effect, listed

pytestmark = pytest.mark.usefixtures("app")


def imported(*codes, by=None, **changed):
    return operations.import_list(make.act(by or make.regulator()), text=listed(*codes, **changed))


def line_of(agency):
    return session.scalars(select(BlacklistLine).where(BlacklistLine.code == agency.unit.code)).one()


def test_lines_are_matched_by_code_and_known_ones_are_not_taken_twice():
    agency = make.agency()
    owner = make.unit()
    assert imported(agency.unit.code, STRANGER, owner.code) == Imported(matched=1, unknown=2, known=0)
    assert imported(agency.unit.code, STRANGER) == Imported(matched=0, unknown=0, known=2)
    assert [line.agency_id for line in lines_to_review()] == [agency.id]


def test_a_line_bars_nobody_before_it_is_confirmed_and_then_from_everything():
    agency = make.agency()
    imported(agency.unit.code)
    job = make.job("open")
    assert agency.id in eligible_ids(TODAY, job)
    operations.confirm(make.act(make.regulator()), line_of(agency), decision="名单属实。")
    assert agency.id not in eligible_ids(TODAY, job)
    bar = bar_on(TODAY, agency.id, make.item(make.OTHER_ITEM).id)
    assert (bar.last_day, bar.detail) == (line_of(agency).last_day, "示例主管部门（示例）：拖欠农民工工资")


def test_a_line_that_is_dismissed_never_bars_and_one_that_is_lifted_no_longer():
    first, second = make.agency(), make.agency()
    imported(first.unit.code, second.unit.code)
    by = make.act(make.regulator())
    operations.dismiss(by, line_of(first), decision="同名不同企业。")
    operations.confirm(by, line_of(second), decision="名单属实。")
    assert (bars(first), len(bars(second))) == ([], 1)
    operations.lift(by, line_of(second), decision="对方已移出名单。")
    assert bars(second) == []
    with pytest.raises(WrongState):
        operations.confirm(by, line_of(first), decision="名单属实。")


def test_credit_points_and_outside_lines_bar_beside_each_other():
    agency = make.agency()
    imported(agency.unit.code)
    operations.confirm(make.act(make.regulator()), line_of(agency), decision="名单属实。")
    in_effect(agency)
    in_effect(agency)
    assert [item for item, *_ in bars(agency)] == [None, make.item().id]
    operations.lift(make.act(make.regulator()), line_of(agency), decision="对方已移出名单。")
    assert [item for item, *_ in bars(agency)] == [make.item().id]


def test_an_agency_that_comes_later_is_matched_when_somebody_looks_again():
    imported(STRANGER)
    line = session.scalars(select(BlacklistLine)).one()
    with pytest.raises(WrongState):
        operations.match(make.act(make.regulator()), line)
    agency = make.agency()
    agency.unit.code = STRANGER
    assert imported(STRANGER) == Imported(matched=1, unknown=0, known=0)
    assert (line.state, line.agency_id) == ("to_review", agency.id)


def test_nothing_of_a_list_with_a_wrong_line_is_taken_and_only_regulators_import():
    with pytest.raises(Invalid) as refused:
        imported(make_code("91450800", "MA999998"), "wrong")
    assert (refused.value.field, refused.value.places["line"]) == ("text", 3)
    assert session.scalars(select(BlacklistLine)).all() == []
    with pytest.raises(NotAllowed):
        imported(STRANGER, by=make.operator())
