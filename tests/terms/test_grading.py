"""Other numbers of credit tried on the events in effect: whose grade or bar would be another."""

import pytest

from app.infra import almanac
from app.infra.db import session
from app.kernel.credit import DAY, Grade, months_after
from app.terms.ranking import regrade
from app.terms.rules import SCALE
from tests import make
from tests.credit.matters import in_effect

pytestmark = pytest.mark.usefixtures("app")


def test_whose_grade_and_bar_would_be_another():
    agency = make.agency()
    event = in_effect(agency)
    day = event.effective_on
    found = regrade(day, {"credit_suspended": event.points, "credit_suspended_months": 2})
    (line,) = found.lines
    assert (found.looked_at, found.changed, line.about) == (1, 1, agency)
    assert (line.present.grade, line.present.until) == (Grade.LOWERED, None)
    assert (line.tried.grade, line.tried.until) == (Grade.SUSPENDED, months_after(day, 2) - DAY)
    assert regrade(day, {"credit_lowered": event.points + 1}).lines[0].tried.grade == Grade.NORMAL


def test_the_present_numbers_change_no_grade_and_nothing_is_written():
    day = in_effect(make.agency()).effective_on
    found = regrade(day, {code: int(almanac.almanac().terms[code][0].value) for code in SCALE})
    assert (found.looked_at, found.changed, found.lines) == (1, 0, [])
    assert not session.dirty and not session.new


def test_nobody_is_graded_without_events_or_where_no_number_is_tried():
    day = make.act(make.operator()).now.date()
    assert regrade(day, {"entry": 1}) is None
    assert regrade(day, {"credit_lowered": 1}).looked_at == 0
