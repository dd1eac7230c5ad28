"""The pages of the catalogue: allowed, refused, invalid, each in one test."""

import re
from datetime import timedelta

import pytest

from app.catalogue.models import materials_of, standards_of
from app.catalogue.rules import AXES
from app.kernel.workdays import local_day
from tests import make
from tests.bad_input import forms_of
from tests.pages import english, error, kept, plain
from tests.staging import NOW

pytestmark = pytest.mark.one_database

TOMORROW = local_day(NOW) + timedelta(days=1)


@pytest.fixture
def visitor(client):
    return english(client)


@pytest.fixture
def operator(as_user):
    return english(as_user(make.user_of(make.operator())))


def rows_of(page):
    return [plain(row) for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.S)]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_44_items_stand_in_the_list_each_figure_with_how_sure_it_is(visitor):
    page = visitor.get("/items")
    rows = [row for row in rows_of(page) if row.startswith("ZJ-")]
    assert [row[:6] for row in rows] == [f"ZJ-{n:03}" for n in range(1, 45)]
    by_contract = [row for row in rows if row.count("by contract") == 2]
    assert len(by_contract) == 22
    hazard = rows[16]
    assert "5 working days default" in hazard
    assert "ceiling price CNY 48,000 default" in hazard
    assert "建设用地审批 seen published" in hazard
    assert "15 working days by law" in rows[26]


def test_the_list_narrows_down_to_a_stage(visitor):
    everything = rows_of(visitor.get("/items"))
    found = rows_of(visitor.get("/items?stage=竣工"))
    assert 1 < len(found) < len(everything)
    assert "ZJ-013" in found[1]


# --- one item ---------------------------------------------------------------------------------------------------------


def test_an_item_shows_all_that_is_known_of_it_and_how_sure(visitor):
    page = visitor.get(f"/items/{make.item('ZJ-017').id}")
    words = plain(page.text)
    for fact in (
        "地质灾害危险性评估", "Geological hazard risk assessment", "立项用地", "强制性", "建设用地审批",
        "地质灾害防治条例第二十一条", "地质灾害防治单位评估资质（甲级或乙级）", "地质灾害危险性评估报告",
        "自然资源主管部门", "autonomous region · city · county · township",
        "地质灾害防治单位评估资质 甲级 or 地质灾害防治单位评估资质 乙级",
        "地质灾害防治条例第二十二条", "How sure is this seen published", "How sure is this default",
    ):  # fmt: skip
        assert fact in words, fact


def test_an_item_shows_the_four_unifieds_with_basis_and_certainty(visitor):
    standard = standards_of(make.item().id)[0]
    words = plain(visitor.get(f"/items/{make.item().id}").text)
    for fact in (
        "version 1, from 1 Jan 2025", "5 working days", "begins: the working day after the papers are complete",
        "10 working days", standard.baseline_basis, "ceiling price CNY 20,000 / 项", "before the reform CNY 25,000",
        standard.fee_basis, *standard.checklist, standard.quality_basis, "quality 30 · timeliness 25 · attitude 15",
        *standard.axes[0]["levels"], standard.evaluation_basis, standard.source,
    ):  # fmt: skip
        assert fact in words, fact


def test_an_item_shows_its_complete_material_list(visitor):
    item = make.item()
    papers = materials_of(standards_of(item.id)[0].id)
    rows = rows_of(visitor.get(f"/items/{item.id}"))
    for paper in papers:
        (row,) = [row for row in rows if row.startswith(paper.name)]
        assert paper.proves in row
        assert paper.issuer in row
        assert ("essential" if paper.essential else "secondary") in row
        assert row.endswith("default")
    assert "not asked of whoever holds: 企业投资项目备案证明" in rows[[row[:2] for row in rows].index("项目")]


def test_what_the_source_leaves_open_is_left_to_the_contract(visitor):
    rows = rows_of(visitor.get(f"/items/{make.item(make.BY_CONTRACT).id}"))
    assert [row for row in rows if row.startswith("Time by contract")]
    assert [row for row in rows if row.startswith("Fee by contract")]
    assert "before the reform" not in " ".join(rows)


def test_required_professionals_are_named(visitor):
    assert "1 registered: 一级造价工程师" in plain(visitor.get(f"/items/{make.item('ZJ-037').id}").text)


def test_who_may_do_what_with_an_item_is_offered_it(visitor, as_user, operator):
    path = f"/items/{make.item().id}"
    owner, agency = english(as_user(make.user_of(make.unit()))), english(as_user(make.user_of(make.agency())))
    applicant = english(as_user(make.user_of(make.agency(admitted=False))))
    offers = ("Post a job for this item", "List this item", "Make a new version")
    for client, offered in (
        (visitor, ""),
        (owner, offers[0]),
        (agency, offers[1]),
        (applicant, ""),
        (operator, offers[2]),
    ):
        page = client.get(path).text
        assert [words for words in offers if words in page] == [words for words in offers if words == offered]


def test_every_version_can_be_read(visitor):
    item = make.item()
    make.standard(item, effective_from=TOMORROW, days=3)
    make.keep()
    path = f"/items/{item.id}"
    assert "version 1, from 1 Jan 2025" in visitor.get(path).text
    assert "in force" not in plain(re.search(r"<h2>.*?The four unifieds.*?</h2>", visitor.get(path).text, re.S)[0])
    planned = visitor.get(f"{path}?version=2").text
    assert "not in force yet" in planned
    assert "3 working days" in planned
    links = re.findall(rf'href="{path}\?version=(\d)"', visitor.get(path).text)
    assert links == ["2", "1"]


def test_an_old_version_says_that_it_is_no_longer_in_force(visitor, clock):
    item = make.item()
    make.standard(item, effective_from=TOMORROW, days=3)
    make.keep()
    clock.passes(days=1)
    assert "3 working days" in visitor.get(f"/items/{item.id}").text
    old = visitor.get(f"/items/{item.id}?version=1").text
    assert "no longer in force" in old
    assert "5 working days" in old


@pytest.mark.parametrize("version", ["0", "2", "-1", "x", "99999999999999999999", "1.0"])
def test_a_version_that_is_none_is_not_found(visitor, version):
    assert visitor.get(f"/items/{make.item().id}?version={version}").status_code == 404


# --- the operator's form ----------------------------------------------------------------------------------------------


def form_of(client, path):
    """The form as the page shows it, as a browser would send it unchanged."""
    page = client.get(path)
    (form,) = [one for one in forms_of(page.text) if one.action == path]
    sent = {}
    for one in form.fields:
        if one.kind == "check":
            if re.search(rf'name="{one.name}"[^>]* checked', page.text):
                sent[one.name] = one.value
        elif one.name == "materials-row":
            sent.setdefault(one.name, []).append(one.value)
        elif one.name not in ("csrf_token", "once", ""):
            sent[one.name] = kept(page, one.name) if one.kind == "choice" else one.value
    return sent


@pytest.fixture
def path():
    return f"/items/{make.item().id}/standard"


@pytest.fixture
def stated(operator, path):
    return form_of(operator, path) | {"effective_from": TOMORROW.isoformat(), "source": "示例通知（示例）"}


def test_the_form_shows_the_newest_version_whole_and_sends_it_back_as_it_was(operator, path, stated):
    done = operator.post(path, data=stated)
    assert (done.status_code, done.location) == (303, f"/items/{make.item().id}?version=2")
    newer, older = standards_of(make.item().id)
    for name in set(make.STATED):
        assert getattr(newer, name) == getattr(older, name), name
    assert make.copied_materials(newer) == make.copied_materials(older)
    assert newer.source == "示例通知（示例）"


# Everything of the four unifieds, and how it is typed.
ANEW = {
    "days": ("4", 4), "days_basis": ("时限依据", "时限依据"), "days_mark": ("law", "law"), "baseline_days": ("12", 12),
    "baseline_basis": ("基线依据", "基线依据"), "baseline_mark": ("seen", "seen"), "statutory_days": ("20", 20),
    "clock_start": ("materials_complete", "materials_complete"), "pricing": ("reference", "reference"),
    "ceiling_cents": ("18,000", 1_800_000), "unit": ("亩", "亩"), "old_fee_cents": ("30000.50", 3_000_050),
    "fee_basis": ("收费依据", "收费依据"), "fee_mark": ("memory", "memory"), "checklist": ("甲\n\n 乙 ", ["甲", "乙"]),
    "quality_basis": ("质量依据", "质量依据"), "quality_mark": ("seen", "seen"),
    "evaluation_basis": ("评价依据", "评价依据"), "evaluation_mark": ("law", "law"),
}  # fmt: skip


def test_everything_of_the_four_unifieds_can_be_edited(operator, path, stated):
    weights = {f"weight_{axis}": weight for axis, weight in zip(AXES, ("40", "30", "10", "10", "10"), strict=True)}
    levels = {f"levels_{axis}": "\n".join(f"{axis} {mark}" for mark in range(1, 6)) for axis in AXES}
    paper = {
        "materials-row": "7", "materials-7-name": "新材料", "materials-7-proves": "证明", "materials-7-issuer": "单位",
        "materials-7-essential": "1", "materials-7-certificate": "project_filing", "materials-7-mark": "law",
    }  # fmt: skip
    same = {name: text for name, text in stated.items() if not name.startswith("materials")}
    typed = same | {name: text for name, (text, _) in ANEW.items()} | weights | levels | paper
    assert operator.post(path, data=typed).status_code == 303
    newest = standards_of(make.item().id)[0]
    assert {name: getattr(newest, name) for name in ANEW} == {name: value for name, (_, value) in ANEW.items()}
    assert [axis["weight"] for axis in newest.axes] == [40, 30, 10, 10, 10]
    assert [axis["levels"][4] for axis in newest.axes] == [f"{axis} 5" for axis in AXES]
    assert make.copied_materials(newest) == [
        {
            "name": "新材料",
            "proves": "证明",
            "issuer": "单位",
            "essential": True,
            "certificate": "project_filing",
            "mark": "law",
        }
    ]
    assert set(make.STATED) == {*ANEW, "axes"}, "a part of the standard that this test forgets"


def test_the_time_can_be_left_to_the_contract(operator, path, stated):
    typed = stated | {"days": "", "pricing": "contract", "ceiling_cents": "", "baseline_days": ""}
    assert operator.post(path, data=typed).status_code == 303
    newest = standards_of(make.item().id)[0]
    assert (newest.days, newest.pricing, newest.ceiling_cents) == (None, "contract", None)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"effective_from": ""}, "effective_from", "Enter"),
        ({"effective_from": "2026-09-28"}, "effective_from", "after today"),
        ({"effective_from": "2030-01-01"}, "effective_from", "within a year"),
        ({"source": ""}, "source", "Enter"),
        ({"days": "0"}, "days", "from 1 to 365"),
        ({"days": "21", "statutory_days": "20"}, "days", "at most 20 working days"),
        ({"baseline_basis": ""}, "baseline_basis", "known from"),
        ({"clock_start": "soon"}, "clock_start", "in the list"),
        ({"days_mark": ""}, "days_mark", "Choose"),
        ({"ceiling_cents": ""}, "ceiling_cents", "Enter the ceiling"),
        ({"pricing": "contract"}, "ceiling_cents", "Leave this empty"),
        ({"ceiling_cents": "-1"}, "ceiling_cents", "amount in yuan"),
        ({"checklist": ""}, "checklist", "Enter"),
        ({"quality_mark": ""}, "quality_mark", "Choose"),
        ({"weight_quality": "31"}, "weight_quality", "add up to 100: they are 101 now"),
        ({"weight_fee": "x"}, "weight_fee", "from 0 to 100"),
        ({"levels_conduct": "一\n二"}, "levels_conduct", "Say in 5 lines"),
        ({"materials-0-name": ""}, "materials-0-name", "Enter"),
        ({"materials-0-certificate": "my_own"}, "materials-0-certificate", "in the list"),
        ({"materials-0-name": "总平面布置图"}, "materials", "stands twice"),
    ],
)
def test_a_wrong_version_says_why_and_keeps_what_was_typed(operator, path, stated, changes, field, says):
    page = operator.post(path, data=stated | changes)
    assert page.status_code == 422
    assert says in error(page, field)
    lost = [
        name
        for name, text in (stated | changes).items()
        if name not in (field, "materials-row", "statutory_days") and not name.endswith("-essential")
        if kept(page, name) != text
    ]
    assert lost == []
    assert len(standards_of(make.item().id)) == 1


def test_others_make_no_version(as_user, path):
    for other in (make.unit(), make.agency(), make.regulator()):
        client = english(as_user(make.user_of(other)))
        assert client.get(path).status_code == 403
        assert client.post(path, data={}).status_code == 403
