"""The shipped data is complete, refers only to what exists, and says how sure it is."""

import csv
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent.parent.parent / "data"
LEVELS = ("region", "city", "county", "township")
PROVENANCE = {"law", "seen", "memory", "default"}
AXES = ["quality", "timeliness", "attitude", "fee", "conduct"]
COUNTIES = {"450802": "港北区", "450803": "港南区", "450804": "覃塘区", "450821": "平南县", "450881": "桂平市"}

# The numbers of the described workflow, and those it leaves open (the last line), with their units.
TERMS = """
admission_check 2 wd, posting_check 1 wd, entry 3 wd, entry_urgent 1 wd
publicity 3 wd, publicity_urgent 1 wd, objection_answer 3 wd, objection_decision 7 wd, contract 5 wd
contract_confirm 2 wd, material_list 1 wd, material_check 1 wd, pause_confirm 1 wd
acceptance 3 wd, rating 5 wd
minimum_entries_state 3 count, minimum_entries_social 1 count, light_share 60 %, light_days 2 wd
average_drop_from 6 count, minimum_entries_direct 1 count
entry_repost 5 wd, hand_in 5 wd, pause_cap 30 wd, acceptance_reminder 1 wd, rework 3 wd
credit_lowered 6 count, credit_warned 10 count, credit_suspended 15 count, credit_suspended_months 3 count
credit_long 20 count, credit_long_months 6 count, credit_removed_months 36 count, credit_window 12 count
credit_repair_months 6 count, credit_repair_share 50 %, credit_late_contract 5 wd, credit_overdue_low 20 %
credit_overdue_high 50 %, credit_statement 5 wd, credit_decision 7 wd
session_lock_failures 5 count, session_lock_minutes 15 minutes, password_length 10 count
"""


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def standard(code: str) -> dict[str, Any]:
    return tomllib.loads((DATA / "standards" / f"{code}.toml").read_text(encoding="utf-8"))


def codes(name: str) -> set[str]:
    return {row["code"] for row in rows(name)}


ITEMS = {row["code"]: row for row in rows("items.csv")}
SHORT = [code for code, row in ITEMS.items() if row["standard_days"]]

COLUMNS = {
    "items.csv": "code name stage class approval legal_basis qualification standard_days baseline_days days_note"
    " deliverable provenance sector levels english require require_staff require_source added_provenance",
    "sectors.csv": "code name english",
    "districts.csv": "code name level parent code_source",
    "terms.csv": "code value unit zh en basis mark effective_from",
    "lawful_methods.csv": "code method direct_ground funds from_yuan"
    " to_yuan item_class urgent ground source mark effective_from",
    "certificates.csv": "code name issuer proves provenance",
    "credit_events.csv": "code points zh en measured fraud repairable basis mark effective_from",
}
MAY_BE_EMPTY = {"standard_days", "baseline_days", "require", "require_staff", "parent"} | {
    "direct_ground", "funds", "from_yuan", "to_yuan", "item_class", "urgent",
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_its_columns_and_no_hole(name: str) -> None:
    found = rows(name)
    for row in found:
        assert list(row) == COLUMNS[name].split()
        assert [column for column, value in row.items() if not value.strip() and column not in MAY_BE_EMPTY] == []
        assert all(value == value.strip() for value in row.values())
    assert len({row["code"] for row in found}) == len(found)


def test_the_catalogue_has_its_44_items() -> None:
    assert list(ITEMS) == [f"ZJ-{n:03}" for n in range(1, 45)]
    for row in ITEMS.values():
        assert row["stage"] in {"立项用地", "工程许可", "施工", "竣工"}
        assert row["class"] in {"强制性", "非强制性", "可自行编制", "政府委托"}
        assert row["provenance"] in PROVENANCE
        assert row["added_provenance"] in PROVENANCE
        assert bool(row["standard_days"]) == (row["days_note"] != "合同约定")


def test_every_item_has_a_known_sector_and_known_levels() -> None:
    assert {row["sector"] for row in ITEMS.values()} == codes("sectors.csv")
    for row in ITEMS.values():
        levels = row["levels"].split(",")
        assert levels == [level for level in LEVELS if level in levels] != []


def test_a_requirement_can_be_read_by_a_machine() -> None:
    for code, row in ITEMS.items():
        alternatives = row["require"].replace("&", "|").split("|") if row["require"] else []
        for part in alternatives:
            kind, _, grade = part.partition(":")
            assert kind
            assert ":" not in grade, code
            assert part == part.strip()
        for part in row["require_staff"].split("&") if row["require_staff"] else []:
            certificate, _, least = part.partition(":")
            assert certificate
            assert int(least) >= 1
        prescribed = not row["qualification"].startswith("具备相应能力")
        assert bool(alternatives or row["require_staff"]) == prescribed, code


def test_every_item_has_one_standard_and_no_standard_stands_alone() -> None:
    assert {path.stem for path in (DATA / "standards").iterdir()} == set(ITEMS)


@pytest.mark.parametrize("code", ITEMS)
def test_a_standard_is_whole(code: str) -> None:
    shipped = standard(code)
    assert set(shipped) == {"version", "effective_from", "source", "time", "fee", "quality", "evaluation", "materials"}
    assert shipped["version"] == 1
    assert shipped["effective_from"] == date(2025, 1, 1)
    assert shipped["source"]
    for part in ("time", "fee", "quality", "evaluation"):
        assert shipped[part]["basis"]
        assert shipped[part]["mark"] in PROVENANCE
    assert shipped["time"]["clock_start"] == "materials_complete"


@pytest.mark.parametrize("code", ITEMS)
def test_the_time_of_a_standard_is_that_of_the_catalogue(code: str) -> None:
    row, hours = ITEMS[code], standard(code)["time"]
    if not row["standard_days"]:
        assert hours["by_contract"] is True
        assert "days" not in hours
        return
    assert hours["days"] == int(row["standard_days"])
    assert "by_contract" not in hours
    if row["baseline_days"]:
        assert hours["baseline_days"] == int(row["baseline_days"])
    if "baseline_days" in hours:
        assert hours["baseline_days"] >= hours["days"]
        assert hours["baseline_basis"]
        assert hours["baseline_mark"] in PROVENANCE
    by_law = row["provenance"] == "law"
    assert (hours["mark"] == "law") == by_law == ("statutory_days" in hours)
    assert hours["days"] <= hours.get("statutory_days", hours["days"])


@pytest.mark.parametrize("code", ITEMS)
def test_the_fee_of_a_standard_is_a_ceiling_or_left_to_the_contract(code: str) -> None:
    fee = standard(code)["fee"]
    assert fee["unit"] == "项"
    assert fee["mark"] == "default", "no fee was found in a source"
    if fee["pricing"] == "contract":
        assert code not in SHORT
        assert "ceiling_yuan" not in fee
        return
    assert fee["pricing"] == "ceiling"
    assert 10_000 <= fee["ceiling_yuan"] <= 500_000
    assert fee["ceiling_yuan"] * 5 == fee["old_baseline_yuan"] * 4


@pytest.mark.parametrize("code", ITEMS)
def test_the_quality_checklist_and_the_materials_are_enough_to_work_with(code: str) -> None:
    shipped = standard(code)
    checklist, materials = shipped["quality"]["checklist"], shipped["materials"]
    assert len(checklist) == len(set(checklist))
    assert len({paper["name"] for paper in materials}) == len(materials)
    assert (6 if code in SHORT else 5) <= len(checklist) <= 12
    assert (5 if code in SHORT else 4) <= len(materials) <= 10
    assert any(paper["essential"] for paper in materials)


@pytest.mark.parametrize("code", ITEMS)
def test_a_material_says_what_it_proves_and_names_a_known_certificate(code: str) -> None:
    known = codes("certificates.csv")
    for paper in standard(code)["materials"]:
        assert set(paper) - {"certificate"} == {"name", "proves", "issuer", "essential", "mark"}
        assert all(paper[column].strip() for column in ("name", "proves", "issuer"))
        assert isinstance(paper["essential"], bool)
        assert paper["mark"] in PROVENANCE
        assert paper.get("certificate") in {None, *known}


@pytest.mark.parametrize("code", ITEMS)
def test_one_evaluation_standard_for_all(code: str) -> None:
    axes = standard(code)["evaluation"]["axes"]
    assert [axis["code"] for axis in axes] == AXES
    assert sum(axis["weight"] for axis in axes) == 100
    assert all(len(axis["levels"]) == 5 for axis in axes)
    assert axes == standard("ZJ-001")["evaluation"]["axes"]


def test_at_least_ten_services_of_five_days_are_complete_enough_for_real_jobs() -> None:
    five = [standard(code) for code, row in ITEMS.items() if row["standard_days"] == "5"]
    complete = [
        one
        for one in five
        if len(one["materials"]) >= 4 and len(one["quality"]["checklist"]) >= 6 and one["fee"]["pricing"] == "ceiling"
    ]
    assert len(complete) == len(five) >= 10


def test_certificates_say_how_sure_they_are() -> None:
    assert {row["provenance"] for row in rows("certificates.csv")} <= PROVENANCE


def test_districts_form_one_tree_of_four_levels() -> None:
    found = {row["code"]: row for row in rows("districts.csv")}
    assert {row["level"] for row in found.values()} == set(LEVELS)
    for row in found.values():
        assert len(row["code"]) == (9 if row["level"] == "township" else 6)
        assert row["code"].isdigit()
        if row["level"] == "region":
            assert row["parent"] == ""
            assert row["code"].endswith("0000")
        else:
            above = found[row["parent"]]
            assert LEVELS.index(above["level"]) + 1 == LEVELS.index(row["level"])
            stem = {"city": 2, "county": 4, "township": 6}[row["level"]]
            assert row["code"][:stem] == above["code"][:stem]


def test_guigang_is_complete_and_guangxi_has_its_cities() -> None:
    found = rows("districts.csv")
    assert len([row for row in found if row["level"] == "region"]) == 34
    assert len([row for row in found if row["parent"] == "450000"]) == 14
    assert {row["code"]: row["name"] for row in found if row["parent"] == "450800"} == COUNTIES
    townships = [row for row in found if row["level"] == "township"]
    assert {row["parent"] for row in townships} == set(COUNTIES)
    assert len(townships) == 74
    assert all(row["name"].endswith(("街道", "镇", "乡")) for row in townships)


def test_the_terms_hold_the_numbers_of_the_workflow() -> None:
    found = {row["code"]: f"{row['value']} {row['unit']}" for row in rows("terms.csv")}
    wanted = dict(part.strip().split(" ", 1) for part in TERMS.strip().replace("\n", ", ").split(", "))
    assert {code: found.get(code) for code in wanted} == wanted


def test_a_term_has_a_value_of_its_unit_and_says_whose_it_is() -> None:
    for row in rows("terms.csv"):
        assert row["unit"] in {"wd", "days", "%", "count", "minutes", "text"}
        assert row["mark"] in {"R", "L", "D"}
        assert date.fromisoformat(row["effective_from"])
        if row["unit"] != "text":
            assert int(row["value"]) >= 0
        assert (row["mark"] == "D") == any(word in row["basis"] for word in ("本系统默认", "本系统定"))


def test_the_written_terms_can_be_read() -> None:
    found = {row["code"]: row["value"] for row in rows("terms.csv")}
    assert [int(part) for part in found["average_percentages"].split(",")] == [95, 96, 97, 98]
    spans = [[time.fromisoformat(end) for end in span.split("-")] for span in found["working_hours"].split(",")]
    assert spans == [[time(9), time(12)], [time(15), time(18)]]


# The points of the described workflow; an upheld complaint comes in two kinds, by whom it is recorded.
POINTS = """
late_contract 1, overdue_low 2, overdue_middle 4, overdue_high 6, rework_second 3, rework_third 5, abandoned 6
objection_upheld 3, complaint_upheld 3, staff_swapped 4, fee_off_platform 8, subcontract 8
forged_paper 20, hired_certificate 20, collusion 20, bribery 20
"""


def test_credit_events_have_the_points_of_the_workflow_and_fraud_is_never_repaired() -> None:
    found = rows("credit_events.csv")
    wanted = dict(part.split() for part in POINTS.strip().replace("\n", ", ").split(", "))
    assert {row["code"]: row["points"] for row in found} == wanted
    for row in found:
        assert {row["measured"], row["fraud"], row["repairable"]} <= {"yes", "no"}
        assert (row["fraud"] == "yes") == (row["repairable"] == "no") == (row["points"] == "20")
        assert row["mark"] in {"R", "L", "D"}
        assert (row["mark"] == "D") == ("本系统默认" in row["basis"])
        assert date.fromisoformat(row["effective_from"])


def test_common_passwords_are_many_and_none_is_blank_or_wasted() -> None:
    lines = (DATA / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) >= 1000
    assert all(line == line.strip().lower() != "" for line in lines)
    assert all(len(line) >= 8 or line.isalpha() for line in lines), "a shorter one is refused by its length"
    assert {"woaini1314", "guigang", "1234567890", "qwertyuiop", "1qaz2wsx3edc"} <= set(lines)
