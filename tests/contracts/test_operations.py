"""From the award to complete papers: what binds the contract, and papers asked for once."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.catalogue.models import materials_of
from app.contracts import operations
from app.contracts.models import MaterialLine, contracts_of, materials_asked
from app.infra.db import session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.act import Act
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import local_day
from tests import make

pytestmark = pytest.mark.usefixtures("app")


def later(job: Job, **spans: float) -> Any:
    return job.state_since + timedelta(**spans or {"minutes": 5})


def owner(job: Job, **spans: float) -> Act:
    return make.act(job.owner, later(job, **spans))


def agency(job: Job, **spans: float) -> Act:
    return make.act(job.agency, later(job, **spans))


def terms(job: Job, **changed: Any) -> dict[str, Any]:
    file = make.file(job.owner, now=job.state_since)
    signed_on = local_day(operations.award_of(job).at)
    known = {"file_id": file.id, "signed_on": signed_on, "amount_cents": job.amount_cents, "days": job.agreed_days}
    return known | changed


def facts(job: Job) -> dict[str, Any]:
    events = select(Event.facts).where(Event.thread_of == job.thread).order_by(Event.id.desc())
    return session.scalars(events).first() or {}


def lines(*names: str, essential: bool = True) -> list[dict[str, Any]]:
    return [{"name": name, "proves": "", "essential": essential} for name in names]


def listed(*given: dict[str, Any]) -> Job:
    """A job whose agency has asked for these papers."""
    job = make.job("contracted")
    operations.list_materials(agency(job), job, lines=given)
    return job


def papers(job: Job) -> list[MaterialLine]:
    return materials_asked(job.id)


def a_file(job: Job) -> int:
    return make.file(job.owner, now=job.state_since).id


def test_either_side_uploads_and_the_other_confirms() -> None:
    job = make.job("awarded")
    operations.upload(agency(job), job, **terms(job, days=4))
    with pytest.raises(NotAllowed):
        operations.confirm(agency(job), job)
    operations.confirm(owner(job), job)
    assert (job.state, job.agreed_days) == ("contracted", 4)
    assert contracts_of(job.id)[0].confirmed_at is not None


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("amount_cents", lambda job: job.amount_cents + 1),
        ("amount_cents", lambda job: job.amount_cents - 1),
        ("days", lambda job: job.agreed_days + 1),
        ("signed_on", lambda job: local_day(operations.award_of(job).at) - timedelta(days=1)),
        ("signed_on", lambda job: date(2999, 1, 1)),
    ],
)
def test_the_award_binds_the_contract(field: str, wrong: Any) -> None:
    job = make.job("awarded")
    with pytest.raises(Invalid) as refused:
        operations.upload(owner(job), job, **terms(job, **{field: wrong(job)}))
    assert refused.value.field == field


def test_a_stranger_uploads_nothing() -> None:
    job = make.job("awarded")
    with pytest.raises(NotAllowed):
        operations.upload(make.act(make.agency(), later(job)), job, **terms(job))


def test_a_contract_may_be_late_and_is_then_in_force_all_the_same() -> None:
    job = make.job("awarded")
    operations.upload(owner(job, days=30), job, **terms(job))
    assert job.state == "contract_uploaded"


def test_a_returned_contract_keeps_the_deadline_of_the_award() -> None:
    job = make.job("awarded")
    due = job.due
    operations.upload(owner(job), job, **terms(job))
    with pytest.raises(Invalid):
        operations.return_contract(agency(job), job, reason=" no ")
    operations.return_contract(agency(job, days=1), job, reason="盖章页缺失，请补全。")
    assert (job.state, job.due, job.contract_by_id) == ("awarded", due, None)
    operations.upload(agency(job), job, **terms(job))
    operations.confirm(owner(job), job)
    assert [bool(one.confirmed_at) for one in contracts_of(job.id)] == [True, False]
    assert contracts_of(job.id)[1].returned_because == "盖章页缺失，请补全。"


def test_who_uploaded_may_not_return() -> None:
    job = make.job("contract_uploaded")
    with pytest.raises(NotAllowed):
        operations.return_contract(owner(job), job, reason="我们改主意了。")


def test_the_list_is_given_once_and_whole() -> None:
    job = listed(*lines("用地文件", "项目备案证明"), *lines("地勘报告", essential=False))
    assert [(one.position, one.name, one.essential) for one in papers(job)] == [
        (1, "用地文件", True),
        (2, "项目备案证明", True),
        (3, "地勘报告", False),
    ]
    assert (facts(job)["papers"], facts(job)["essential"]) == (3, 2)
    with pytest.raises(WrongState):
        operations.list_materials(agency(job), job, lines=lines("又一份材料"))


def test_an_empty_list_must_be_said() -> None:
    job = make.job("contracted")
    with pytest.raises(Invalid) as refused:
        operations.list_materials(agency(job), job, lines=[])
    assert refused.value.field == "wanted"
    with pytest.raises(Invalid):
        operations.list_materials(agency(job), job, lines=lines("用地文件"), none_needed=True)
    operations.list_materials(agency(job), job, lines=[], none_needed=True)
    operations.hand_in(owner(job), job, papers={})
    assert job.state == "materials_check"


@pytest.mark.parametrize("names", [["用地文件", "用地文件"], ["用地文件", " "]])
def test_papers_are_named_and_each_once(names: list[str]) -> None:
    job = make.job("contracted")
    with pytest.raises(Invalid):
        operations.list_materials(agency(job), job, lines=lines(*names))


def test_what_a_certificate_proves_is_never_asked_for() -> None:
    job = make.job("contracted")
    proved = next(one for one in materials_of(job.standard_id) if one.certificate)
    with pytest.raises(Invalid):
        operations.list_materials(agency(job), job, lines=lines(proved.name))


def test_essential_papers_come_as_a_file_or_by_hand_and_secondary_ones_may_wait() -> None:
    job = listed(*lines("用地文件", "项目备案证明"), *lines("地勘报告", essential=False))
    first, second, third = papers(job)
    with pytest.raises(Invalid) as refused:
        operations.hand_in(owner(job), job, papers={first.id: (a_file(job), "")})
    assert refused.value.field == f"file_{second.id}"
    operations.hand_in(owner(job), job, papers={first.id: (a_file(job), ""), second.id: (None, "政务大厅二楼三号窗口")})
    assert [one.state for one in papers(job)] == ["handed_in", "handed_in", "asked"]
    assert (facts(job)["files"], facts(job)["by_hand"], facts(job)["trips"]) == (1, 1, 1)
    assert third.file_id is None


def test_papers_sent_as_files_are_no_trip() -> None:
    job = listed(*lines("用地文件"))
    operations.hand_in(owner(job), job, papers={papers(job)[0].id: (a_file(job), "")})
    assert facts(job)["trips"] == 0


def test_defects_are_named_at_once_and_only_once() -> None:
    job = listed(*lines("用地文件", "项目备案证明"))
    first, second = papers(job)
    whole = {line.id: (a_file(job), "") for line in papers(job)}
    operations.hand_in(owner(job), job, papers=whole)
    with pytest.raises(Invalid):
        operations.name_defects(agency(job), job, defects={first.id: "  "})
    with pytest.raises(Invalid) as refused:
        operations.name_defects(agency(job), job, defects={first.id: "缺"})
    assert refused.value.field == f"defect_{first.id}"
    operations.name_defects(agency(job), job, defects={first.id: "第三页缺公章。", second.id: ""})
    assert [one.state for one in papers(job)] == ["defective", "handed_in"]
    with pytest.raises(Invalid):
        operations.hand_in(owner(job), job, papers={})
    operations.hand_in(owner(job), job, papers={first.id: (a_file(job), "")})
    with pytest.raises(WrongState, match="at once"):
        operations.name_defects(agency(job), job, defects={second.id: "这一份也不对。"})


def test_a_paper_of_another_job_is_no_defect_here() -> None:
    job = make.job("materials_check")
    with pytest.raises(Invalid):
        operations.name_defects(agency(job), job, defects={0: "不在清单上的材料。"})


def test_after_the_deadline_silence_has_spoken() -> None:
    job = make.job("materials_check")
    with pytest.raises(WrongState):
        late = make.act(job.agency, job.due)
        operations.name_defects(late, job, defects={papers(job)[0].id: "第三页缺公章。"})
