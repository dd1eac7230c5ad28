"""The styleguide: every component in every state, for those who build pages. Not in production."""

from datetime import time, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template

from app.infra import almanac
from app.kernel.law import Lifecycle, Turn, anyone, step
from app.kernel.lights import Light
from app.kernel.service_clock import Hours, Pause, ledger
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.web.door import allow, now
from app.web.fields import (
    CheckField,
    ChecksField,
    ChoiceField,
    DateField,
    FileField,
    FilesField,
    Form,
    IntegerField,
    MoneyField,
    PasswordField,
    Row,
    RowsField,
    SelectField,
    TextArea,
    TextField,
)
from app.web.strip import LOOKS

bp = Blueprint("styleguide", __name__, url_prefix="/styleguide")

LIGHTS = (Light("green", 4), Light("yellow", 2), Light("yellow", 0), Light("red", -1), Light("grey", None))
HOURS = Hours(((time(9), time(12)), (time(15), time(18))))
FILE = SimpleNamespace(
    name="水土保持方案报告表（送审稿）.pdf", size=1_363_148, sha256="9f86d081884c7d659a2feaa0c55ad015" * 2
)


class State(StrEnum):
    SHOWN = "shown"


LIFE = Lifecycle(
    "sample",
    "样例",
    {State.SHOWN: "已展示"},
    step("page", "填写一页", State.SHOWN, State.SHOWN, anyone, asks=True, page="styleguide.form"),
    step("press", "直接办理", State.SHOWN, State.SHOWN, anyone, page="styleguide.show"),
    page="styleguide",
    turns={State.SHOWN: Turn(anyone, "展示", "styleguide.form")},
)


class SampleRow(Row):
    kind = TextField("资质名称")
    number = TextField("证书编号", optional=True, most=40)
    until = DateField("有效期至")


class SampleForm(Form):
    line = TextField("项目名称", hint="至少 4 个字，如“青山产业园三期”。", least=4, most=60)
    lines = TextArea("补充说明", optional=True)
    secret = PasswordField("密码")
    amount = MoneyField("最高限价", most=400_000_000)
    count = IntegerField("服务时限", suffix=N_("working days"), least=1, most=60)
    on = DateField("报名截止日")
    one = ChoiceField(
        "选取方式", choices=[("a", "随机选取", "业主定价，从符合条件的报名机构里抽出一家。"), ("b", "最低价")]
    )
    many = SelectField(
        "所在区县",
        choices={"市辖区": [("1", "随机选取"), ("2", "最低价")], "县市": [("3", "平南县")]},
    )
    some = ChecksField("需要的材料", choices=[("a", "随机选取"), ("b", "最低价")])
    promise = CheckField("我承诺提交的材料真实、完整", optional=False)
    paper = FileField("营业执照", hint="PDF、OFD、Word、Excel、JPEG、PNG 或 ZIP，每个不超过 20 MB。")
    papers = FilesField("其他材料", optional=True)
    rows = RowsField("资质", SampleRow, noun="资质")


@bp.get("")
@allow(anyone)
def show() -> Any:
    return render_template("styleguide/show.html", **_samples())


@bp.route("/form", methods=["GET", "POST"])
@allow(anyone)
def form() -> Any:
    """Every field; sending it shows what was wrong, and nothing is kept."""
    sample = SampleForm()
    sample.validate_on_submit()
    return render_template("styleguide/form.html", form=sample), sample.status


@bp.get("/refusal")
@allow(anyone)
def refusal() -> Any:
    return render_template("styleguide/refusal.html")


def _samples() -> dict[str, Any]:
    calendar, today = almanac.calendar(), local_day(now())
    start = calendar.add(today, -3)
    pause = Pause(now() - timedelta(days=3), now() + timedelta(days=1))
    return {
        "now": now(),
        "due": calendar.deadline(now(), 2),
        "late": calendar.deadline(now(), 4),
        "lights": LIGHTS,
        "looks": LOOKS,
        "counted": ledger(calendar, HOURS, start, 5, []),
        "passed": ledger(calendar, HOURS, calendar.add(today, -5), 3, []),
        "halted": ledger(calendar, HOURS, start, 5, [pause]),
        "thing": SimpleNamespace(id=1, state=State.SHOWN, due=None, LIFE=LIFE),
        "file": FILE,
    }
