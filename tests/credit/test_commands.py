"""`flask credit explain`: every event with its dates and basis, the sums and the grade; a clear no for a wrong code."""

import json

import pytest

from app.credit import operations
from tests import make
from tests.credit.matters import STRANGER, in_effect, noted, on

pytestmark = pytest.mark.one_database


def run(app, *args):
    return app.test_cli_runner().invoke(args=["credit", "explain", *args])


def market():
    """An agency with two events in effect, one of them repaired, and one only noted."""
    agency = make.agency("示例信用咨询公司（示例）")
    first = in_effect(agency, "staff_swapped")
    clean = on(first, months=6)
    operations.ask_repair(make.act(agency, clean), first, plea="已整改并培训全员。")
    operations.repair(make.act(make.regulator(), clean), first, decision="整改属实。")
    second, third = in_effect(agency, "subcontract", clean), noted(agency, "complaint_upheld", clean)
    make.keep()
    return agency, [first, second, third]


def test_it_prints_every_event_with_dates_points_and_basis_and_the_sums(app):
    agency, (first, second, third) = market()
    answer = run(app, agency.unit.code, "--on", second.effective_on.isoformat())
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert lines[0] == f"{agency.unit.code} 示例信用咨询公司（示例）, {second.effective_on}"
    for event, counts, state in ((first, 2, "in effect, repaired"), (second, 8, "in effect"), (third, 0, "noticed")):
        line = next(one for one in lines if one.startswith(f"#{event.id} "))
        rule = (event.rule.code, event.rule.zh, event.rule.basis)
        for told in (*rule, f"counts {counts}", state, str(event.happened_on)):
            assert told in line
    assert f"in effect {second.effective_on}" in answer.output
    assert "ZJ-011: 10 points, warned" in lines
    assert lines[-1] == "in all: 10 points, warned"


def test_its_json_can_be_added_up(app):
    agency, (_, second, _) = market()
    told = json.loads(run(app, agency.unit.code, "--json", "--on", second.effective_on.isoformat()).output)
    assert told["sum"] == sum(event["counts"] for event in told["events"]) == 10
    assert [event["state"] for event in told["events"]] == ["repaired", "in_effect", "noticed"]
    assert (told["grade"], told["until"], told["items"][0]["sum"]) == ("warned", None, 10)


def test_a_bar_and_nothing_on_record_are_told_too(app):
    bad, clean = make.agency(), make.agency()
    event = in_effect(bad, "bribery", item=None)
    code, other = bad.unit.code, clean.unit.code
    make.keep()
    day = event.effective_on.isoformat()
    output = run(app, code, "--on", day).output
    assert f"barred from every item, {day} through " in output
    assert "removed from the market through" in output
    last = run(app, other, "--on", day).output.splitlines()[-1]
    assert last == "no event on record: 0 points, in good standing"


@pytest.mark.parametrize(("code", "told"), [(STRANGER, "no agency has the code"), ("9145", "18 characters")])
def test_a_code_of_nobody_is_refused_with_exit_code_one(app, code, told):
    answer = run(app, code)
    assert answer.exit_code == 1
    assert told in answer.output
    assert "Traceback" not in answer.output


def test_a_day_before_the_numbers_of_credit_is_told_apart(app):
    code = make.agency().unit.code
    make.keep()
    answer = run(app, code, "--on", "2020-01-01")
    assert answer.exit_code == 1 and answer.output == "Error: no numbers of credit are in force on 2020-01-01\n"
