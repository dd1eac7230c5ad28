"""Two at once on one panel: one is first, the other reads how it stands. On both databases, with a naive control."""

from types import NoneType

import pytest
from sqlalchemy import func, select

from app.infra.db import session
from app.infra.record import Event
from app.kernel.errors import Invalid, NotAllowed, WrongState
from app.panels import operations as panels
from app.panels.models import ScoreSheet, Seat, panel_of, seats_of
from app.panels.rules import Part
from tests import make
from tests.at_once import at_once, by, in_transaction, naively
from tests.panels import bench

pytestmark = pytest.mark.usefixtures("app")
REASON = "与投标人有亲属关系。"


def run(job, *tries):
    id = job.id
    kinds = {type(answer) for answer in at_once(job, *map(in_transaction, tries))}
    return id, kinds


def recorded(job_id, name):
    query = select(func.count()).select_from(Event).where(Event.thread_of == f"job:{job_id}", Event.name == name)
    return session.scalar(query)


def two_consensuses():
    job = bench.scored(bench.convened())
    chair = seats_of(job.id)[0]
    both = [{"scores": bench.sheet(job, 80), "reasons": [word] * 3} for word in ("甲窗口的合议", "乙窗口的合议")]
    return job, [by(bench.by(chair), job, "agree", panels.agree, **one) for one in both]


def test_of_two_chairs_at_once_one_consensus_stands():
    job, tries = two_consensuses()
    id, kinds = run(job, *tries)
    assert kinds == {NoneType, WrongState}
    assert recorded(id, "job.agree") == 1
    assert len(set(panel_of(id).reasons)) == 1


def test_without_the_lock_both_would_stand():
    job, tries = two_consensuses()
    id = job.id
    naively(*tries)
    assert recorded(id, "job.agree") == 2


def test_a_chair_who_is_recused_while_agreeing_is_one_or_the_other():
    job = bench.scored(bench.convened())
    chair = seats_of(job.id)[0]
    scores = {"scores": bench.sheet(job), "reasons": [""] * 3}
    agrees = by(bench.by(chair), job, "agree", panels.agree, **scores)
    leaves = by(make.act(make.operator(), make.later(job)), chair, "recuse", panels.recuse, reason=REASON)
    id, kinds = run(job, agrees, leaves)
    assert kinds in ({NoneType, WrongState}, {NoneType, NotAllowed})
    left = seats_of(id)[0].recused_because is not None
    assert bool(panel_of(id).scores) is not left


def test_a_member_scores_once_in_two_windows():
    job = bench.convened()
    seat = seats_of(job.id)[1]
    both = [{"scores": bench.sheet(job, each), "remarks": ["有依据。"] * 3} for each in (70, 90)]
    tries = [by(bench.by(seat), seat, "score", panels.score, **one) for one in both]
    _, kinds = run(job, *tries)
    assert kinds == {NoneType, WrongState}
    assert session.scalar(select(func.count()).select_from(ScoreSheet)) == 1


def test_a_person_and_a_chair_are_appointed_once():
    job = bench.opened()
    names = [make.user_of(make.unit()).username for _ in range(2)]
    act = make.act(job.owner, make.later(job))
    both = [by(act, job, "publish", panels.appoint, username=name, part=Part.CHAIR) for name in names]
    id, kinds = run(job, *both)
    assert kinds == {Seat, Invalid} or kinds == {NoneType, Invalid}
    assert [seat.part for seat in seats_of(id)] == ["chair"]
