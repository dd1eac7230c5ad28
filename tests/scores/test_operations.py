"""The summary follows the ratings: each that begins or ceases to count, each month, and from nothing. On both."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app import wiring
from app.infra.db import session
from app.infra.outbox import Task, take_one
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.scores import month_of
from app.kernel.transcript import canonical
from app.kernel.workdays import local_day
from app.ratings import operations as ratings
from app.ratings.models import AXES, Rating, ratings_of
from app.scores import documents, operations
from app.scores.documents import open_data
from app.scores.models import Market, MarketTally, Score, Tally, published, rank_of, scores_by_item, top
from tests import make
from tests.verify import verifiers

pytestmark = pytest.mark.usefixtures("app")
PROGRAM = verifiers.ROOT / "verify" / "rating.py"
REASON = "与事实不符，不予计入。"


def scores_of(unit_id: int) -> list[Score]:
    """The scores of a unit: over all first, then by item."""
    query = select(Score).where(Score.unit_id == unit_id)
    return sorted(session.scalars(query), key=lambda row: (row.item_id is not None, row.item_id or 0))


def rated(owner: int | None = 4, agency: int | None = 5, **fields: Any) -> Job:
    """An archived job of one entrant, rated by the sides that give marks."""
    job = make.job("accepted", funds="social", **{"entries": 1} | fields)
    for side, marks in (("owner", owner), ("agency", agency)):
        if marks is not None:
            give(job, getattr(job, side), marks)
    if owner is None or agency is None:
        make.lapse(job)
    return job


def give(job: Job, side: Any, marks: int = 4) -> None:
    ratings.give(make.act(side, make.later(job)), job, **dict.fromkeys(AXES, marks), text="")


def by_owner(job: Job) -> Rating:
    return next(one for one in ratings_of(job.id) if one.side == "owner")


def more(job: Job, points: list[int], age: int = 0) -> None:
    """So many more archived jobs of the agency with these ratings by owners, so many months ago, counted."""
    rating = by_owner(job)
    numbers = [f"T-{job.id}-{age}-{place}" for place in range(len(points))]
    jobs = make.copies(job, len(points), number=numbers)
    marks = {axis: [each // 100 for each in points] for axis in AXES}
    make.copies(rating, len(points), job_id=jobs, month=[rating.month - age], points=points, **marks)
    operations.rebuild(make.act(make.operator(), make.later(job)))


def verified(tmp_path: Any, text: str | None = None) -> tuple[int, str]:
    file = tmp_path / "ratings.json"
    file.write_text(text or "".join(open_data()), encoding="utf-8")
    return verifiers.loaded(PROGRAM).judge(file)


def work_on(job: Job) -> None:
    work_until(make.later(job))


def work_until(now: datetime) -> None:
    """All tasks that are due, in the transaction of the test."""
    session.flush()
    while take_one(wiring.TASKS, now):
        session.flush()
    assert session.scalar(select(func.count()).select_from(Task).where(Task.error.is_not(None))) == 0


def test_ratings_count_once_they_are_published() -> None:
    job = make.job("accepted", entries=1, funds="social")
    give(job, job.owner)
    work_on(job)
    assert published() == []
    give(job, job.agency)
    work_on(job)
    rating, row = by_owner(job), session.scalars(select(Tally).where(Tally.side == "owner")).one()
    assert (row.unit_id, row.item_id, row.month, row.count, row.total, row.squares) == (
        job.agency_id, job.item_id, rating.month, 1, rating.points, rating.points**2,
    )  # fmt: skip
    assert [(one.item_id, one.count, one.score) for one in scores_of(job.agency_id or 0)] == [
        (None, 1, None),
        (job.item_id, 1, None),
    ]
    assert [(one.item_id, one.count) for one in scores_of(job.owner_id)] == [(None, 1)]
    assert all(one.tallied for one in ratings_of(job.id))


def test_silence_changes_nothing() -> None:
    job = rated(owner=None, agency=None)
    work_on(job)
    assert published() == []


def test_a_rating_set_aside_ceases_to_count_and_counts_again(tmp_path: Any) -> None:
    job = rated()
    work_on(job)
    before = published()
    regulator, rating = make.act(make.regulator(job.sector_code), make.later(job)), by_owner(job)
    ratings.set_aside(regulator, rating, reason=REASON)
    assert verified(tmp_path)[0] == 0, "the file is of what the scores count, also before the task has run"
    work_on(job)
    assert scores_of(job.agency_id or 0) == []
    assert [line["set_aside"] for line in json.loads("".join(open_data()))["ratings"]] == [None, REASON]
    assert verified(tmp_path)[0] == 0
    ratings.restore(regulator, rating, reason="复核后予以恢复。")
    work_on(job)
    assert published() == before


def test_a_task_that_runs_twice_counts_once() -> None:
    job = rated()
    work_on(job)
    before, event = (
        published(),
        session.scalar(select(func.max(Event.id)).where(Event.name == "job.conclude")),
    )
    for _ in range(2):
        operations.count(make.act(make.operator(), make.later(job)), event)
    assert published() == before
    assert session.scalars(select(MarketTally.count).order_by(MarketTally.side)).all() == [1, 1]


def test_the_agencies_are_read_in_the_order_of_the_lower_end() -> None:
    good, new = rated(owner=4), rated(owner=5)
    more(good, [400, 500, 500, 400] * 10)
    more(new, [500, 500])
    rows = top(good.item_id)
    assert [row.id for row in rows] == [good.agency_id, new.agency_id]
    assert rows[0].lower > rows[1].lower and rows[0].score < rows[1].upper
    assert [rank_of(scores_of(row.id)[0]) for row in top()] == [1, 2]
    placed = [scores_by_item(row.id)[good.item_id] for row in rows]
    assert [(one.place, one.among) for one in placed] == [(rank_of(scores_of(row.id)[1]), len(rows)) for row in rows]
    assert [(one.score, one.lower, one.count) for one in placed] == [(row.score, row.lower, row.count) for row in rows]
    rated(owner=5)
    operations.rebuild(make.act(make.operator(), make.later(new)))
    assert len(top()) == 2, "who has too few is not ranked"


def test_step_by_step_and_from_nothing_is_the_same_to_the_last_digit(tmp_path: Any) -> None:
    first = rated(owner=5)
    others = [rated(owner=marks, entrants=[first.agency]) for marks in (2, 4)]
    more(first, [100, 300, 500, 200], age=7)
    last = rated(owner=3, agency=None, entrants=[first.agency], item=make.ITEM)
    ratings.set_aside(make.act(make.regulator(first.sector_code), make.later(last)), by_owner(others[0]), reason=REASON)
    work_on(last)
    before = published()
    assert any(line[4] is not None for line in before)
    operations.rebuild(make.act(make.operator(), make.later(last)))
    assert published() == before
    status, said = verified(tmp_path)
    assert status == 0, said


def test_a_new_month_weighs_all_anew(tmp_path: Any) -> None:
    job = rated(owner=5)
    more(job, [500, 500, 300])
    work_on(job)
    before, month = published(), session.scalars(select(Market.month)).first()
    planned = session.scalars(select(Task).where(Task.name == "scores.turn")).all()
    assert [(local_day(one.run_at).day, month_of(local_day(one.run_at))) for one in planned] == [(1, (month or 0) + 1)]
    turn = planned[0].run_at
    work_until(turn - timedelta(seconds=1))
    assert published() == before
    work_until(turn)
    assert published() != before
    assert session.scalars(select(Market.month)).all() == [(month or 0) + 1] * 2
    assert [local_day(one.run_at).day for one in session.scalars(select(Task).where(Task.name == "scores.turn"))] == [1]
    assert verified(tmp_path)[0] == 0


def test_the_constants_are_those_in_force_on_the_first_of_the_month() -> None:
    job = rated(owner=5)
    day = local_day(make.later(job))
    make.term("rating_least", "1", day)
    work_on(job)
    assert scores_of(job.agency_id or 0)[0].score is None
    work_until(datetime.fromisoformat(f"{day.year + day.month // 12}-{day.month % 12 + 1:02}-02T00:00:00+00:00"))
    assert scores_of(job.agency_id or 0)[0].score is not None


def written(found: dict[str, Any]) -> str:
    """The file of the open data with these fields, as it is laid out."""
    ratings, scores = ("".join(f"{canonical(line)},\n" for line in found[name])[:-2] for name in ("ratings", "scores"))
    head = canonical({name: each for name, each in found.items() if name not in ("ratings", "scores", "version")})
    head, version = head.removesuffix("}"), found["version"]
    lists = [f"{some}\n" if some else "" for some in (ratings, scores)]
    return f'{head},"ratings":[\n{lists[0]}],"scores":[\n{lists[1]}],"version":{version}}}\n'


def changes(found: dict[str, Any]) -> Any:
    """The file with one number or word of it changed."""
    yield found | {"means": {side: mean + 10 for side, mean in found["means"].items()}}
    yield found | {"constants": found["constants"] | {"strength": 6}}
    yield found | {"ratings": found["ratings"][1:]}
    yield found | {"scores": found["scores"][1:]}
    for at, line in enumerate(found["scores"]):
        for name in ("count", "score", "lower", "upper", "rank"):
            other = line | {name: (line[name] or 0) + 1}
            yield found | {"scores": [*found["scores"][:at], other, *found["scores"][at + 1 :]]}
    for at, line in enumerate(found["ratings"]):
        marks = line["marks"] | {"fee": line["marks"]["fee"] % 5 + 1}
        for other in ({"marks": marks}, {"counts": not line["counts"]}, {"about": "X"}, {"month": "2020-01"}):
            yield found | {"ratings": [*found["ratings"][:at], line | other, *found["ratings"][at + 1 :]]}
        yield found | {"ratings": [*found["ratings"][:at], line, *found["ratings"][at:]]}
    yield found | {"ratings": found["ratings"][::-1]}


@pytest.mark.one_database
def test_every_change_of_the_open_data_is_noticed(tmp_path: Any) -> None:
    job = rated(owner=5)
    more(job, [500, 300, 300])
    text = "".join(open_data())
    found = json.loads(text)
    assert verified(tmp_path)[0] == 0 and written(found) == text
    for other in changes(found):
        assert verified(tmp_path, written(other))[0] in (1, 2)
    for other_text in (text + "{}", text[: len(text) // 2], text.replace('"fee":', '"fee":1,"fee":', 1)):
        assert verified(tmp_path, other_text)[0] == 2


@pytest.mark.one_database
def test_the_open_data_is_written_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    more(rated(owner=5), [500, 300, 300, 400, 200])
    whole = list(open_data())
    monkeypatch.setattr(documents, "CHUNK", 2)
    pieces = list(open_data())
    assert "".join(pieces) == "".join(whole)
    assert len(pieces) > len(whole) and max(piece.count("\n") for piece in pieces) <= 2


@pytest.mark.one_database
@pytest.mark.parametrize("text", ["", "[]", "{", '{"format":"x"}', '{"format":1,"format":2}', "[" * 100_000])
def test_another_file_is_no_such_data(tmp_path: Any, text: str) -> None:
    assert verified(tmp_path, text or " ")[0] == 2


@pytest.mark.one_database
def test_before_the_first_rating_the_file_is_empty_and_sound(tmp_path: Any) -> None:
    status, said = verified(tmp_path)
    assert status == 0, said


@pytest.mark.one_database
def test_the_open_data_names_no_person_and_no_words() -> None:
    job = rated(owner=5)
    session.execute(update(Rating).values(text="王某某态度很好"))
    work_on(job)
    text = "".join(open_data())
    assert "王某某" not in text
    assert job.owner.contact_name not in text and job.run_by.name not in text


@pytest.mark.one_database
def test_the_schema_names_exactly_the_fields_of_the_file() -> None:
    more(rated(owner=5), [500, 300, 300])
    shapes = json.loads((verifiers.ROOT / "docs/protocols/rating.schema.json").read_text(encoding="utf-8"))["$defs"]
    found = json.loads("".join(open_data()))
    line = found["ratings"][0]
    for name, value in {
        "open": found, "constants": found["constants"], "rating": line, "score": found["scores"][0],
        "marks": line["marks"], "weights": line["weights"],
    }.items():  # fmt: skip
        assert set(shapes[name]["required"]) == set(shapes[name]["properties"]) == set(value)
