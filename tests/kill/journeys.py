"""What people do while the service is killed: post and enter jobs, and carry an award to both ratings or give it up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from app.kernel.workdays import HERE
from app.ratings.models import AXES
from tests.kill.visitor import Fields, Visitor, paper

REASON = {"reason": "请补充项目规模和位置。"}
PROJECT = {"project_name": "示例产业园三期（示例）", "need": "编制水土保持方案报告表，含现场踏勘、报批和修改。"}
PAUSE = {"reason": "site", "text": "现场道路中断，勘察人员无法进入，预计三个工作日恢复。"}
STARS = dict.fromkeys(AXES, "4") | {"text": "示例"}
PATIENCE, LOOK_AGAIN = 60.0, 0.2


@dataclass(frozen=True)
class Cast:
    """Who acts, each in a window of their own, and the item, the papers it takes and the file they hand in."""

    owner: Visitor
    operator: Visitor
    agencies: Mapping[int, Visitor]
    item: int
    papers: tuple[int, ...]
    content: bytes


@dataclass(frozen=True)
class Selected:
    """A job whose publicity is over: the clock is about to award it to the agency."""

    job: int
    agency: int


def post(cast: Cast) -> None:
    """From the choice of a service to two entries, of which one is withdrawn and made anew."""
    owner, operator = cast.owner, cast.operator
    project = owner.send("/jobs/new", {"item_id": str(cast.item)}, "job.create")
    path = project.removesuffix("/project")
    owner.send(project, PROJECT, "job.edit")
    owner.send(f"{path}/wish", {}, "job.edit")
    owner.send(f"{path}/review", {}, "job.submit", to=f"{path}/submit")
    operator.send(f"{path}/return_posting", REASON, "job.return_posting")
    owner.send(f"{path}/review", {}, "job.submit", to=f"{path}/submit")
    operator.send(path, {}, "job.publish", to=f"{path}/publish")
    first, second = list(cast.agencies.values())[:2]
    entry = first.send(f"{path}/enter", {}, "entry.enter")
    second.send(f"{path}/enter", {}, "entry.enter")
    first.send(f"{entry}/withdraw", {}, "entry.withdraw")
    first.send(f"{entry}/reenter", {}, "entry.reenter")
    owner.send(f"{path}/withdraw", REASON, "job.withdraw")


def work(cast: Cast, selected: Selected) -> None:
    """From the award to both ratings, with one round of everything that may go wrong on the way."""
    owner, agency, path = cast.owner, cast.agencies[selected.agency], f"/jobs/{selected.job}"
    await_award(agency, path)
    owner.send(f"{path}/contract/upload", file(cast, signed_on=today()), "job.upload_contract")
    agency.send(f"{path}/contract/return", REASON, "job.return_contract")
    agency.send(f"{path}/contract/upload", file(cast, signed_on=today()), "job.upload_contract")
    owner.send(f"{path}/contract/confirm", {}, "job.confirm_contract")
    wanted = {"wanted": list(map(str, cast.papers))}
    agency.send(f"{path}/materials/list", wanted, "job.list_materials")
    owner.send(f"{path}/materials/hand-in", papers(cast), "job.hand_in")
    agency.send(f"{path}/materials/defects", defects, "job.name_defects")
    owner.send(f"{path}/materials/hand-in", papers(cast), "job.hand_in")
    agency.send(f"{path}/materials/check", {}, "job.start", to=f"{path}/service/start")
    pause = owner.send(f"{path}/pauses/new", PAUSE, "pause.ask")
    agency.send(pause, {}, "pause.confirm", to=f"{pause}/confirm")
    owner.send(pause, {}, "job.resume", to=f"{path}/service/resume")
    agency.send(f"{path}/service/deliver", {"files": paper(cast.content)}, "job.deliver")
    owner.send(f"{path}/service/return", REASON, "job.return_report")
    agency.send(f"{path}/service/deliver", {"files": paper(cast.content)}, "job.deliver")
    owner.send(f"{path}/service/accept", {}, "job.accept")
    owner.send(f"{path}/rate", STARS, "rating.give")
    agency.send(f"{path}/rate", STARS, "rating.give")


def give_up(cast: Cast, selected: Selected) -> None:
    """The award is abandoned, and the clock goes on at once."""
    agency, path = cast.agencies[selected.agency], f"/jobs/{selected.job}"
    await_award(agency, path)
    agency.send(f"{path}/abandon", REASON, "job.abandon")


def await_award(agency: Visitor, path: str) -> None:
    """Look again and again, as people do, until the clock has awarded the job."""
    agency.sign_in()
    for _ in range(int(PATIENCE / LOOK_AGAIN)):
        if agency.ask("GET", f"{path}/contract/upload").status == 200:
            return
        Event().wait(LOOK_AGAIN)
    raise AssertionError(f"{path} was never awarded")


def today() -> str:
    return datetime.now(HERE).date().isoformat()


def file(cast: Cast, **typed: str) -> dict[str, Any]:
    return {"file": paper(cast.content)} | typed


def papers(cast: Cast) -> Callable[[Fields], dict[str, Any]]:
    return lambda fields: {name: paper(cast.content) for name in fields if name.startswith("file_")}


def defects(fields: Fields) -> dict[str, str]:
    return {name: "第三页缺公章。" for name in fields if name.startswith("defect_")}
