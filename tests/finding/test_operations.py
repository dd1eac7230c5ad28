"""What is written is found soon, by those who may find it and by nobody else; what is kept is told once a day."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.agencies import operations as agencies
from app.agencies.models import current_listing
from app.catalogue.models import item_by_code
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.finding import operations
from app.finding.asking import Asked, ask, suggested
from app.finding.hits import hits
from app.finding.models import SavedSearch, lexicon
from app.finding.rules import MOST_SAVED
from app.infra.db import session
from app.infra.outbox import Task
from app.infra.searched import engine, everything, sources
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.kernel.act import VISITOR
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.kernel.workdays import local_day
from app.notices.models import inbox
from app.ratings import operations as ratings
from app.ratings.models import Rating
from search.fields import Document
from tests import make
from tests.credit.matters import in_effect, on
from tests.scores.test_operations import REASON, by_owner, more, rated
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("search")


def found(text, actor=VISITOR, now=NOW, **narrowed):
    answer = ask(Asked(text, {name: (value,) for name, value in narrowed.items()}), actor, now)
    assert len(hits(answer.found.keys, actor)) == len(answer.found.keys), "what is found can be read"
    return {hit.title for hit in hits(answer.found.keys, actor)}


def test_a_thing_is_found_by_its_name_its_code_its_sound_and_its_short_name(search):
    search()
    item = item_by_code("ZJ-007")
    for text in (item.name, "ZJ-007", "zj007", "环评", "huanping", "環境影響報告書", "hjyxbgs", "环境影响 编制"):
        assert item.name in found(text, kind="item"), text
    assert ask(Asked("环评"), VISITOR, NOW).query.understood == "环境影响评价"


def test_what_is_written_together_is_read_as_words_apart(search):
    agency = make.agency("示例清泉水保（示例）")
    make.keep()
    search()
    assert item_by_code("ZJ-006").name in found("可研评审", kind="item")
    for narrowed in ({}, {"kind": ("notice",)}):
        query = ask(Asked("可研评审", narrowed), VISITOR, NOW).query
        assert (query.understood, query.literal) == ("可行性研究 评审", '"可研评审"')
    assert ask(Asked('"可研评审"'), VISITOR, NOW).total == 0
    assert any("清泉" in title for title in found("水保编制单位", kind="listing")) and agency.id


def test_what_it_is_narrowed_to_does_not_decide_what_words_mean(search):
    search()
    answer = ask(Asked("节能报告", {"kind": ("notice",)}), VISITOR, NOW)
    assert (answer.total, answer.query.understood) == (0, "节能报告")
    answer = ask(Asked("节能报告"), VISITOR, NOW, since=NOW)
    assert (answer.total, answer.query.understood) == (0, "节能报告")


def test_words_may_stand_in_the_name_of_the_place(search):
    agency = make.agency("示例清泉水保（示例）")
    make.keep()
    search()
    assert any("清泉" in title for title in found("清泉 贵港市", kind="listing"))
    assert found("清泉 guigang", kind="agency") == {"示例清泉水保（示例）"} and agency.id


def test_what_happens_is_found_after_the_commit(search, work):
    search()
    job = make.job("open", project_name="示例港北路改造（示例）")
    id, later = job.id, make.later(job)
    make.keep()
    assert found("港北路改造") == set()
    work(later)
    assert "示例港北路改造（示例）" in found("港北路改造", kind="job")
    job = session.get_one(Job, id)
    jobs.withdraw(make.act(make.user_of(job.owner), later), job, reason="项目调整，不再需要。")
    make.keep()
    work(later)
    assert found("港北路改造", kind="job", state="open") == set()
    assert found("港北路改造", kind="job", state="withdrawn") == {"示例港北路改造（示例）"}


def test_the_first_change_builds_an_index_of_everything(search, work):
    """The fixture is asked for, not called: there is no index yet, and an engine that answers."""
    job = make.job("open", project_name="示例东津渡口（示例）")
    later = make.later(job)
    make.keep()
    work(later)
    assert found("东津渡口", kind="job") == {"示例东津渡口（示例）"}
    assert item_by_code("ZJ-007").name in found("环评", kind="item")


def test_a_listing_that_is_taken_down_is_found_no_more(search, work):
    agency = make.agency("示例清泉环保（示例）")
    make.keep()
    search()
    listing = current_listing(agency.id, item_by_code("ZJ-011").id)
    assert any("清泉" in title for title in found("清泉", kind="listing"))
    agencies.take_down(make.act(agency), listing)
    make.keep()
    work(NOW)
    assert found("清泉", kind="listing") == set()
    assert found("清泉", kind="agency") == {"示例清泉环保（示例）"}


def test_a_draft_is_found_and_counted_by_its_own_people_alone(search):
    job = make.job("draft", project_name="示例密址工程（示例）")
    inside, other = make.act(make.user_of(job.owner)).actor, make.act(make.user_of(make.unit())).actor
    make.keep()
    search()
    assert found("密址", inside) == {"示例密址工程（示例）"}
    for actor in (VISITOR, other):
        answer = ask(Asked("密址"), actor, NOW)
        assert answer.total == 0 and not any(answer.found.facets.values()) and answer.near == ()
        assert suggested("密址", actor, NOW, 8) == []
        assert "draft" not in ask(Asked(), actor, NOW).found.facets["state"]


def test_a_message_is_found_by_whoever_it_is_addressed_to_alone(search, work):
    job = make.job("open", project_name="示例南平渠（示例）")
    reader, later = make.act(make.user_of(job.owner)).actor, make.later(job)
    make.keep()
    work(later)
    search()
    mine = [notice for notice in inbox(reader) if "南平渠" in str(notice.places)]
    assert mine
    keys = ask(Asked("南平渠", {"kind": ("notice",)}), reader, NOW).found.keys
    assert keys == [f"notice:{mine[0].id}"] or len(keys) == len(mine)
    assert ask(Asked("南平渠", {"kind": ("notice",)}), VISITOR, NOW).total == 0


def test_a_sealed_quote_is_nowhere_in_the_index(search, work, tmp_path):
    """The control: what the same agency says in the open is there."""
    job, agency = make.job("open", method="lowest_price"), make.agency("示例封存咨询（示例）")
    entries.enter(make.act(agency, make.later(job)), job, Offer(1_357_931))
    later = make.later(job)
    make.keep()
    work(later)
    search()
    for text in ("1357931", "13579.31", "13,579.31"):
        assert ask(Asked(text), make.act(make.unit()).actor, NOW).total == 0
    if session.get_bind().dialect.name == "postgresql":
        return
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("market-*") if path.is_file())
    assert "示例封存咨询".encode() in held
    assert not any(form in held for form in (b"1357931", b"13579.31", b"13,579.31", b"13579|", b"1357931|"))


def test_a_check_mends_what_is_missing_different_and_there_in_vain(search):
    agency = make.agency("示例明镜咨询（示例）")
    make.keep()
    search()
    key = f"agency:{agency.id}"
    engine().put([Document(key, 10**9), Document("agency:999999", 10**9, frozenset({"everyone"}), None)])
    assert operations.check(NOW)["missing"] == 1
    assert operations.check(NOW) == {"missing": 1, "different": 0, "in vain": 0}, (
        "an earlier version mends no later one"
    )


def told(now):
    return {each.key: each.digest() for each in everything(sources(), now)}


def test_what_the_day_alone_changes_is_found_when_the_day_begins(search, work):
    """A credit event takes effect, another counts no longer, a standard comes into force: long after what was done."""
    firms = [make.agency() for _ in range(2)]
    events = [in_effect(firms[0]), in_effect(firms[1], now=NOW + timedelta(days=30))]
    make.standard(make.item(), effective_from=events[0].effective_on, days=3)
    days = [on(events[0]), on(events[1]), on(events[0], months=13)]
    make.keep()
    search()
    for day in days:
        held = dict(engine().digests())
        work(day)
        assert held != told(day) == dict(engine().digests())
    (planned,) = session.scalars(select(Task).where(Task.name == operations.TURN))
    assert local_day(planned.run_at) == local_day(days[-1]) + timedelta(days=1)


@pytest.mark.one_database
def test_a_score_is_found_as_it_is_after_each_change_of_it(search, work):
    """By a rating that is set aside, and by a month that ends."""
    job, other = rated(), rated(owner=2)
    more(job, [500] * 9)
    more(other, [200] * 5)
    later, id = make.later(job), by_owner(job).id
    make.keep()
    search()
    work(later)
    regulator = make.act(make.regulator(job.sector_code), later)
    ratings.set_aside(regulator, session.get_one(Rating, id), reason=REASON)
    make.keep()
    for day in (later, later + timedelta(days=31)):
        held = dict(engine().digests())
        work(day)
        assert held != told(day) == dict(engine().digests())


def test_the_operator_lets_words_mean_the_same(search):
    search()
    operator, item = make.operator(), item_by_code("ZJ-011")
    assert item.name not in found("水坝表", kind="item")
    one = operations.add_synonyms(make.act(operator), words=f"{item.name}\n水坝表", source=None)
    assert item.name in found("水坝表", kind="item") and one.mark == "D"
    with pytest.raises(WrongState):
        operations.add_synonyms(make.act(operator), words=f"{item.name}\n水坝表", source="")
    with pytest.raises(Invalid):
        operations.add_synonyms(make.act(operator), words="一个词", source="")
    with pytest.raises(NotAllowed):
        operations.add_synonyms(make.act(make.unit()), words="甲乙\n丙丁", source="")
    operations.end_synonyms(make.act(operator), one)
    session.flush()
    assert "水坝表" not in lexicon().group_of


def test_what_is_new_in_a_kept_search_is_told_once_a_day(search, work):
    search()
    act = make.act(make.user_of(make.unit()))
    saved = operations.save(act, asked="q=" + "新塘水闸", title="新塘水闸")
    with pytest.raises(WrongState):
        operations.save(act, asked=saved.asked, title="新塘水闸")
    id = saved.id
    make.keep()
    morning = NOW + timedelta(days=1)
    work(morning)
    assert not [one for one in inbox(act.actor) if one.kind == "saved_search.find"]
    job = make.job("open", now=morning, project_name="示例新塘水闸（示例）")
    make.keep()
    work(morning + timedelta(hours=3))
    work(morning + timedelta(days=1))
    told = [one for one in inbox(act.actor) if one.kind == "saved_search.find"]
    assert len(told) == 1 and told[0].path.startswith("/search?q=") and job.published_at
    operations.forget(act, session.get_one(SavedSearch, id))
    make.keep()
    work(morning + timedelta(days=3))
    assert len([one for one in inbox(act.actor) if one.kind == "saved_search.find"]) == 1


@pytest.mark.one_database
def test_a_person_keeps_so_many_searches_and_no_more():
    act = make.act(make.user_of(make.unit()))
    for number in range(MOST_SAVED):
        operations.save(act, asked=f"q={number}", title=str(number))
    with pytest.raises(Invalid):
        operations.save(act, asked="q=more", title="more")
