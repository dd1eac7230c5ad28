"""The set of all who may enter a job is who may enter it one by one, in made-up markets on both databases."""

import random
from datetime import timedelta
from unicodedata import normalize

import pytest
from sqlalchemy import select, update

from app.agencies.bars import Bar, PersonalBar
from app.agencies.models import Agency, Listing, Professional, Qualification, checked
from app.agencies.rules import State
from app.entries.eligibility import unmet
from app.entries.eligible import eligible_count, eligible_ids, first_eligible
from app.infra.db import session
from app.infra.plain import plain
from app.jobs.models import Avoidance
from app.kernel.workdays import local_day
from tests import make
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
TODAY = local_day(NOW)
KINDS, GRADES = ("测绘资质", "工程设计资质", "Survey（A）"), ("", "甲级", "乙级", " ")
CERTIFICATES = ("注册工程师", "注册土木工程师（岩土）", "engineer", "Engineer")


def odd(pick, text):
    """The same words, perhaps typed on another keyboard."""
    spaced = pick.choice((" ", "　", "\u2009", "")).join(text)
    return pick.choice((text, spaced, normalize("NFKC", text), text + " "))


def market(pick):
    """Agencies that differ in everything a condition looks at, and a job that asks for some of it."""
    item = make.item()
    item.require_staff = [{"certificate": odd(pick, one), "least": pick.randrange(0, 3)} for one in CERTIFICATES[:2]]
    item.require_staff = pick.sample(item.require_staff, pick.randrange(0, 3))
    model = make.agency()
    for _ in range(14):
        other = make.copies(model.unit, 1, code=[f"X{pick.randrange(10**15)}"])[0]
        session.add(Agency(id=other, state=State.ADMITTED, state_since=NOW, signed_at=NOW))
        session.flush()
        for number in range(pick.randrange(0, 4)):
            valid = TODAY + timedelta(days=pick.choice((-1, 0, 400)))
            known = {
                "kind": odd(pick, pick.choice(KINDS)),
                "grade": odd(pick, pick.choice(GRADES)),
                "valid_until": valid,
            }
            session.add(Qualification(agency_id=other, number=f"Q{number}", checked=pick.random() < 0.9, **known))
        for number in range(pick.randrange(0, 5)):
            certificate = odd(pick, pick.choice(("", "高级")) + pick.choice(CERTIFICATES))
            known = {"number": f"P{other}-{number}", "certificate": certificate, "checked": pick.random() < 0.9}
            session.add(Professional(agency_id=other, name="示例", **known))
        for version in range(pick.randrange(0, 3)):
            known = {"days": pick.randrange(2, 8), "fee_cents": pick.choice((None, 1_000_000, 5_000_000))}
            standing = {"version": version, "current": version == 1 or pick.random() < 0.2, "listed_at": NOW}
            said = {"standard_id": make.standards_of(item.id)[0].id, "quality": "示例", "accepts_evaluation": True}
            if not (version == 1 and current_of(other)):
                session.add(Listing(agency_id=other, item_id=item.id, **known, **standing, **said))
                session.flush()
    session.flush()
    ids = list(session.scalars(select(Agency.id)))
    wrong = pick.choice(ids)
    session.execute(update(Agency).where(Agency.id == wrong).values(state=State.DRAFT))
    job = make.job("draft", method=pick.choice(("random_draw", "lowest_price")))
    group = [{"kind": odd(pick, kind), "grade": odd(pick, pick.choice(GRADES))} for kind in KINDS]
    job.require = [pick.sample(group, pick.randrange(1, 4)) for _ in range(pick.randrange(0, 3))]
    job.days, job.ceiling_cents = pick.choice((None, 3, 5, 7)), pick.choice((None, 2_000_000, 9_000_000))
    for one in pick.sample(ids, 4):
        begins, ends = TODAY + timedelta(days=pick.choice((-9, 0, 1))), TODAY + timedelta(days=pick.choice((-1, 0, 9)))
        items = (None, job.item_id, make.item(make.OTHER_ITEM).id)
        span = {"first_day": min(begins, ends), "last_day": ends}
        session.add(Bar(agency_id=one, item_id=pick.choice(items), says="示例", **span))
        number = f"P{pick.choice(ids)}-{pick.randrange(3)}"
        session.add(PersonalBar(number=number, item_id=pick.choice(items), says="示例", **span))
    for one in pick.sample(ids, 2):
        session.add(Avoidance(job_id=job.id, agency_id=one, reason="示例"))
    session.flush()
    session.expire_all()
    return job


def current_of(agency_id):
    return session.scalar(select(Listing.id).where(Listing.agency_id == agency_id, Listing.current))


@pytest.mark.parametrize("seed", range(25))
def test_the_set_is_who_may_enter_one_by_one(seed):
    job = market(random.Random(seed))
    agencies = session.scalars(select(Agency)).all()
    one_by_one = {agency.id for agency in agencies if unmet(TODAY, job, agency) is None}
    assert set(eligible_ids(TODAY, job)) == one_by_one
    assert eligible_count(TODAY, job) == len(one_by_one)
    assert {id for id, _ in first_eligible(TODAY, job, 100)} == one_by_one


def test_some_markets_have_some_who_may_and_some_who_may_not():
    """The comparison above compares something."""
    counts = set()
    for seed in range(25):
        job = market(random.Random(seed))
        counts.add(eligible_count(TODAY, job))
        session.rollback()
    assert len(counts) > 3


def test_of_a_direct_selection_only_the_named_agency_is_eligible():
    named, other = make.agency(), make.agency()
    job = make.job("draft")
    assert set(eligible_ids(TODAY, job)) == {named.id, other.id}
    job.named_agency_id = named.id
    assert eligible_ids(TODAY, job) == [named.id]
    assert unmet(TODAY, job, other) is not None


def test_the_owner_itself_is_not_among_them():
    agency = make.agency()
    job = make.job("open")
    assert eligible_ids(TODAY, job) == [agency.id]
    job.owner_id = agency.id
    assert eligible_ids(TODAY, job) == []


@pytest.mark.parametrize(
    ("certificate", "least", "may"), [(" ", 2, True), (" ", 3, False), ("师", 1, True), ("师", 2, False)]
)
def test_professionals_are_counted_whatever_else_is_printed_on_their_certificates(certificate, least, may):
    agency = make.agency()
    session.delete(checked(Professional, agency.id)[0])
    for number, printed in enumerate(("工程师的工程师", "示例")):
        known = {"agency_id": agency.id, "name": "示例", "number": f"P{number}", "checked": True}
        session.add(Professional(certificate=printed, **known))
    job = make.job("draft")
    job.item.require_staff = [{"certificate": certificate, "least": least}]
    session.flush()
    assert (eligible_ids(TODAY, job) == [agency.id]) is may is (unmet(TODAY, job, agency) is None)


def test_the_first_promise_the_fewest_days_then_the_lowest_fee():
    agencies = [make.agency(days=days, fee_cents=fee) for days, fee in ((5, 900_000), (3, 900_000), (3, 800_000))]
    job = make.job("open")
    assert first_eligible(TODAY, job, 2) == [(one.id, one.unit.name) for one in (agencies[2], agencies[1])]


def test_what_papers_are_compared_by_follows_the_words_on_them():
    agency = make.agency(lists=None)
    known = {"agency_id": agency.id, "number": "Q", "valid_until": TODAY}
    held = Qualification(kind="测 绘\u2009资质", grade=" 甲级　", **known)
    person = Professional(agency_id=agency.id, name="示例", number="P", certificate="工程师（Ａ）")
    session.add_all([held, person, Qualification(kind="测绘资质", **known | {"number": "R"})])
    session.flush()
    assert (held.plain_kind, held.plain_grade, person.plain_certificate) == ("测绘资质", "甲级", "工程师(A)")
    held.kind, held.grade, person.certificate = "Survey（A）", "", "ﬁ①"
    session.flush()
    session.expire_all()
    assert (held.plain_kind, held.plain_grade, person.plain_certificate) == ("Survey(A)", "", "fi1")


@pytest.mark.parametrize("text", ["", "甲级", " 甲 级　", "（Ａ）", "ﬁ①", "e\u0301"])
def test_plain_words_are_plain(text):
    assert plain(plain(text)) == plain(text)
