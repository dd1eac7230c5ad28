"""Who is told what of an application: in the product, and by a mail in the language of the service."""

import email
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.agencies import operations
from app.infra import mail
from app.infra.record import Event
from app.kernel.act import CLOCK, Act, Kind, Role
from app.notices import operations as notices
from app.notices.models import Notice
from tests import make
from tests.staging import NOW

REASON = "营业执照不清晰，请重新提交。"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setitem(mail._place, "folder", tmp_path)
    return tmp_path


def told():
    """(to whom, what) of every notice, oldest first."""
    query = select(User.username, Notice.says).join(Notice, Notice.user_id == User.id).order_by(Notice.id)
    return [tuple(row) for row in make.session.execute(query)]


def mails(folder):
    """(to whom, subject) of every mail, in the order of their keys."""
    paths = sorted(folder.glob("*.eml"), key=lambda path: int(path.stem.split("-")[1]))
    found = [email.message_from_bytes(path.read_bytes(), policy=default) for path in paths]
    return [(str(one["To"]).partition("@")[0], one["Subject"]) for one in found]


@pytest.fixture
def market(app):
    """An operator of two offices, an agency of two people, and others who are not concerned."""
    first, second = make.operator(), make.unit(Kind.OPERATOR)
    clerk = make.person(second, Role.AUTHORISED)
    agency = make.agency("示例申请公司（示例）", admitted=False)
    colleague = make.person(agency.unit, Role.AUTHORISED)
    make.unit()
    make.regulator()
    operators = [make.user_of(first).username, make.user_of(second).username, clerk.username]
    return agency, sorted(operators), sorted([make.user_of(agency).username, colleague.username])


def test_an_application_is_told_to_everybody_of_the_operator_in_the_product_and_by_mail(market, work, folder):
    agency, operators, _ = market
    operations.submit(make.act(agency), agency, signed_by="示例")
    make.keep()
    work(NOW)
    assert sorted(told()) == [(name, "An agency has applied to enter: %(title)s.") for name in operators]
    assert sorted(mails(folder)) == [(name, "有机构申请入驻：示例申请公司（示例）。") for name in operators]
    notice = make.session.scalars(select(Notice)).first()
    assert (notice.path, notice.due) == (f"/agencies/{agency.id}", make.again(agency).due)


@pytest.mark.parametrize(
    ("verb", "says"),
    [
        ("admit", "Your agency is admitted. List your services now."),
        ("return_application", "Your application was returned with reasons."),
    ],
)
def test_the_decision_is_told_to_everybody_of_the_agency(market, work, folder, verb, says):
    agency, operators, people = market
    operations.submit(make.act(agency), agency, signed_by="示例")
    more = {"reason": REASON} if verb == "return_application" else {}
    getattr(operations, verb)(make.act(make.operator()), agency, **more)
    make.keep()
    work(NOW)
    assert sorted(name for name, what in told() if what == says) == people
    assert len(mails(folder)) == len(operators) + len(people)


def test_changes_and_what_becomes_of_them_are_told(work, folder, app):
    agency, operator = make.agency(), make.operator()
    who = {make.user_of(agency).username: "agency", make.user_of(operator).username: "operator"}
    operations.describe(make.act(agency), agency, introduction="", legal_representative="新人", licence=None)
    operations.submit_changes(make.act(agency), agency)
    operations.return_changes(make.act(operator), agency, reason=REASON)
    operations.submit_changes(make.act(agency), agency)
    operations.accept_changes(make.act(operator), agency)
    make.keep()
    work(NOW)
    assert [(who[name], what) for name, what in told() if "change" in what] == [
        ("operator", "An agency has changed its papers: %(title)s."),
        ("agency", "The changes of your papers were returned with reasons."),
        ("operator", "An agency has changed its papers: %(title)s."),
        ("agency", "The changes of your papers are accepted."),
    ]
    assert len(mails(folder)) == len(told())


def test_telling_twice_tells_once(market, work, folder):
    agency, operators, _ = market
    operations.submit(make.act(agency), agency, signed_by="示例")
    make.keep()
    work(NOW)
    event = make.session.scalars(select(Event).where(Event.name == "agency.submit")).one()
    notices.tell(Act(CLOCK, NOW), event.id)
    make.keep()
    work(NOW)
    assert len(told()) == len(mails(folder)) == len(operators)
