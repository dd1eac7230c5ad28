"""The sum of an agency's papers is what its checked papers say, whatever was done to them, on both databases."""

import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.agencies import operations
from app.agencies.models import Agency, Professional, Qualification, checked
from app.infra.db import session
from app.kernel.errors import Refusal
from app.kernel.workdays import local_day
from tests import make
from tests.architecture import sources
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
TODAY = local_day(NOW)
QUALIFIED = "ZJ-007"
LINES = [("测绘资质", "甲级"), ("测绘资质", "乙 级"), ("Survey（A）", ""), ("测绘资质", "甲级")]
CERTIFICATES = ["注册工程师", "注册土木工程师（岩土）", "注册工程师"]


def summed(agency):
    query = select(Agency.papers_until, Agency.plain_papers, Agency.plain_certificates).where(Agency.id == agency.id)
    until, papers, certificates = session.execute(query).one()
    return until, sorted(papers.split("\n")), sorted(certificates.split("\n"))


def meant(agency):
    held, staff = checked(Qualification, agency.id), checked(Professional, agency.id)
    papers = sorted([f"{one.plain_kind}\t{one.plain_grade}" for one in held] + ["", ""] * bool(held) or [""])
    certificates = sorted([one.plain_certificate for one in staff] + ["", ""] * bool(staff) or [""])
    return min((one.valid_until for one in held), default=None), papers, certificates


def step(pick, agency, paper):
    """One verb, perhaps one that is refused."""
    by, operator = make.act(agency), make.act(make.operator(), NOW)
    until = [TODAY + timedelta(days=pick.choice((5, 40, 400))) for _ in LINES]
    held = [
        make.qualification(kind, grade, number=f"Q{place}", valid_until=until[place], file=paper)
        for place, (kind, grade) in enumerate(LINES)
    ]
    staff = [
        make.professional(one, number=f"P{agency.id}-{place}", name=pick.choice(("示例一", "示例二")))
        for place, one in enumerate(CERTIFICATES)
    ]
    verbs = [
        lambda: operations.set_qualifications(by, agency, rows=pick.sample(held, pick.randrange(0, 5))),
        lambda: operations.set_professionals(by, agency, rows=pick.sample(staff, pick.randrange(0, 4))),
        lambda: operations.submit(by, agency, signed_by="示例"),
        lambda: operations.admit(operator, agency),
        lambda: operations.submit_changes(by, agency),
        lambda: operations.return_changes(operator, agency, reason="请补充证书。"),
        lambda: operations.accept_changes(operator, agency),
    ]
    try:
        pick.choice(verbs)()
    except Refusal:
        return


@pytest.mark.parametrize("seed", range(6))
def test_after_any_verbs_an_agency_sums_up_its_checked_papers(seed):
    pick, agency, sums = random.Random(seed), make.agency(admitted=False), set()
    paper = make.file(agency).id
    for _ in range(60):
        step(pick, agency, paper)
        assert summed(agency) == meant(agency)
        sums.add(str(summed(agency)))
    assert len(sums) > 2


def test_a_paper_written_in_any_other_way_is_in_the_sum_too():
    agency = make.agency(lists=QUALIFIED)
    held, person = checked(Qualification, agency.id)[0], checked(Professional, agency.id)[0]
    held.valid_until, held.grade, person.certificate = TODAY, "丙 级", "工程师（Ａ）"
    session.flush()
    assert summed(agency) == meant(agency)
    assert summed(agency)[0] == TODAY
    session.delete(held)
    person.checked = False
    session.flush()
    assert summed(agency) == meant(agency) == (None, [""], [""])


def test_nobody_writes_papers_past_the_sum():
    past = re.compile(r"\b(insert|update|delete)\((Qualification|Professional)\b")
    assert past.search("session.execute(update(Professional).values(checked=True))")
    assert [name for name, text in sources().items() if past.search(text)] == []
