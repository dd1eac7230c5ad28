"""What a number of the rules may be, without a database."""

from datetime import date, timedelta

import pytest

from app import wiring
from app.infra.shipped import rows
from app.kernel.errors import Invalid
from app.terms.rehearsal import can_be_tried
from app.terms.rules import (
    FARTHEST,
    MAY_ADOPT,
    MAY_REHEARSE,
    WHY_NOT,
    check_day,
    may_be_adopted,
    read_value,
    why_not,
)
from tests.jobs.test_rules import PEOPLE

TODAY = date(2026, 9, 28)


@pytest.mark.parametrize(
    ("code", "unit", "typed", "stored"),
    [
        ("entry", "wd", "3", "3"),
        ("entry", "wd", " ３ ", "3"),
        ("entry", "wd", "365", "365"),
        ("light_share", "%", "100", "100"),
        ("panel_least", "count", "5", "5"),
        ("rating_correction", "minutes", "1", "1"),
        ("working_hours", "text", "08:30-12:00，14:30-17:30", "08:30-12:00,14:30-17:30"),
        ("average_percentages", "text", "94、95 ,96", "94,95,96"),
        ("average_percentages", "text", "100,1", "1,100"),
        ("rating_parties", "text", "60,30,10", "60,30,10"),
        ("rating_parties", "text", "5:3:2", "50,30,20"),
        ("rating_parties", "text", "２ ∶ ２ ：1", "40,40,20"),
        ("rating_parties", "text", "50、49、1", "50,49,1"),
    ],
)
def test_a_value_is_stored_plainly(code, unit, typed, stored):
    assert may_be_adopted(code, unit) and read_value(code, unit, typed) == stored


WHOLE = "Enter a whole number from %(least)s to %(most)s."
AS_IT_STANDS = "Write it as it stands now, with other numbers."
WEIGHTS = "Enter the weights of owner, regulator and service centre, like 5:3:2; each a whole percent of the sum."


@pytest.mark.parametrize(
    ("code", "unit", "typed", "says"),
    [
        ("entry", "wd", "0", WHOLE % {"least": 1, "most": 365}),
        ("entry", "wd", "366", WHOLE % {"least": 1, "most": 365}),
        ("entry", "wd", "-1", WHOLE % {"least": 1, "most": 365}),
        ("entry", "wd", "three", WHOLE % {"least": 1, "most": 365}),
        ("entry", "wd", "", WHOLE % {"least": 1, "most": 365}),
        ("entry", "wd", "1.5", WHOLE % {"least": 1, "most": 365}),
        ("light_share", "%", "101", WHOLE % {"least": 1, "most": 100}),
        ("panel_least", "count", "4", "Enter an odd number."),
        ("panel_least", "count", "1", WHOLE % {"least": 3, "most": 99}),
        ("password_length", "count", "7", WHOLE % {"least": 8, "most": 64}),
        ("working_hours", "text", "12:00-09:00", AS_IT_STANDS),
        ("working_hours", "text", "nine", AS_IT_STANDS),
        ("average_percentages", "text", "95,95", AS_IT_STANDS),
        ("average_percentages", "text", "0", AS_IT_STANDS),
        ("average_percentages", "text", "x", AS_IT_STANDS),
        ("average_percentages", "text", "95,101", AS_IT_STANDS),
        ("rating_parties", "text", "5:3", WEIGHTS),
        ("rating_parties", "text", "5:3:1:1", WEIGHTS),
        ("rating_parties", "text", "1:1:1", WEIGHTS),
        ("rating_parties", "text", "7:3:0", WEIGHTS),
        ("rating_parties", "text", "70:40:-10", WEIGHTS),
        ("rating_parties", "text", "x", WEIGHTS),
        ("rating_parties", "text", "", WEIGHTS),
    ],
)
def test_a_value_that_a_number_cannot_have_is_refused_beside_its_field(code, unit, typed, says):
    with pytest.raises(Invalid) as refused:
        read_value(code, unit, typed)
    assert (refused.value.field, refused.value.text % refused.value.places) == ("value", says)


def test_a_text_that_nobody_knows_how_to_read_is_not_adopted():
    assert not may_be_adopted("review_risks", "text")
    with pytest.raises(Invalid) as refused:
        read_value("review_risks", "text", "1,2,3")
    assert (refused.value.field, refused.value.text) == ("code", "This one cannot be changed here.")


@pytest.mark.parametrize(
    ("after", "fits"), [(-1, False), (0, False), (1, True), (FARTHEST, True), (FARTHEST + 1, False)]
)
def test_a_number_takes_effect_after_today_and_within_a_year(after, fits):
    day = TODAY + timedelta(days=after)
    if fits:
        check_day(day, TODAY)
    else:
        with pytest.raises(Invalid) as refused:
            check_day(day, TODAY)
        past = "Choose a day after today: no number of the law changes backwards."
        says = past if after <= 0 else "Choose a day within a year from now."
        assert (refused.value.field, refused.value.text) == ("effective_from", says)


def test_every_number_can_be_rehearsed_or_says_why_not():
    tried = can_be_tried([model.LIFE for model in wiring.LIVES])
    others = {row["code"] for row in rows("terms.csv")} - tried
    assert others and all(why_not(code) for code in others)
    assert {begins for begins in WHY_NOT if not any(code.startswith(begins) for code in others)} == set()
    assert not [code for code in tried if any(code == begins for begins in WHY_NOT)]


def test_offices_rehearse_and_the_operator_alone_adopts():
    assert {name for name, actor in PEOPLE.items() if MAY_ADOPT(actor)} == {"operator"}
    assert {name for name, actor in PEOPLE.items() if MAY_REHEARSE(actor)} == {
        "operator", "regulator", "other regulator", "chair",
    }  # fmt: skip
