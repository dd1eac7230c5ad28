"""The law of notices: every step of every lifecycle is told to somebody, or is known to need no telling."""

from datetime import UTC, datetime
from types import SimpleNamespace

from app import wiring
from app.kernel.act import CLOCK, VISITOR, Actor
from app.notices import operations
from app.notices.operations import AUDIENCES, OF_ONE_THING, SUBJECTS
from app.notices.rules import MAY_LIST, MAY_READ, MEASURES, OF_FRAUD, TELL, To, filled

# Steps that another event of the same act tells, or that concern only whoever took them.
SILENT = {
    "entry.change", "entry.withdraw", "entry.reenter", "job.close", "job.release", "job.agree", "job.object",
    "job.veto_pause", "objection.take_back", "pause.confirm", "pause.end", "pause.close", "blacklist_line.dismiss",
    "blacklist_line.match", "rating.correct", "appeal.take_back", "review.draw", "review.flag", "review.keep",
    "round.remind",
    "calendar_notice.apply", "calendar_notice.drop",
}  # fmt: skip
# What is told although it is no step.
BESIDES = {
    "objection.file", "appeal.file", "pause.ask", "alteration.ask", "job.delegate", "job.split", "inquiry.ask",
    "seat.appoint", "entry.warn", "job.agency_barred", "credit_event.notice",
    "term.adopt", "term.withdraw", "job.state_payment",
}  # fmt: skip


def steps() -> set[str]:
    return {f"{model.LIFE.name}.{verb}" for model in wiring.LIVES for verb in model.LIFE.steps}


def test_every_step_is_told_or_known_to_be_silent() -> None:
    assert set(TELL) - BESIDES == steps() - SILENT
    assert not SILENT & set(TELL)
    assert not BESIDES & steps()


def test_every_audience_and_every_subject_is_known() -> None:
    assert set(AUDIENCES) | set(OF_ONE_THING) == set(To)
    assert not set(AUDIENCES) & set(OF_ONE_THING)
    assert {name.split(".")[0] for name in TELL} == {*SUBJECTS, *operations.BESIDES}


def test_what_is_told_is_plugged_in() -> None:
    for name in TELL:
        assert "notices.tell" in wiring.REACTIONS[name]
    assert {task for tasks in wiring.REACTIONS.values() for task in tasks} <= set(wiring.TASKS)


def test_what_is_told_of_a_fraud_is_told_to_the_firm_alone() -> None:
    assert all([to for to, _ in TELL[name]] == [To.FIRM] for name in OF_FRAUD)
    assert {name for name in TELL if name.startswith("credit_event.") and "in effect" in TELL[name][0][1]} < set(
        OF_FRAUD
    )


def test_nobody_is_told_the_same_twice_by_one_event() -> None:
    for rows in TELL.values():
        assert len({to for to, _ in rows}) == len(rows)


def test_a_notice_is_read_by_whoever_it_is_addressed_to() -> None:
    everybody = (Actor(1), Actor(2), CLOCK, VISITOR)
    assert [MAY_READ(actor, SimpleNamespace(user_id=1)) for actor in everybody] == [True, False, False, False]
    assert not MAY_READ(VISITOR, SimpleNamespace(user_id=None))
    assert [MAY_LIST(actor) for actor in everybody] == [True, True, False, False]


def test_a_sentence_has_the_places_it_names_and_no_others() -> None:
    due = datetime(2026, 10, 9, 16, tzinfo=UTC)
    facts = {"before": "2026-10-08T16:00:00+00:00", "due": due.isoformat(), "value": "4"}
    assert filled("%(title)s", {"due": "x"}, due, by="", unit="") == {}
    assert filled("%(until)s", {}, None, by="", unit="") == {}
    moved = filled("%(before)s %(until)s", facts, due, by="示例通知", unit="")
    assert moved == {"value": "4", "until": "2026-10-09", "before": "2026-10-08", "notice": "示例通知"}
    assert filled("%(value)s%(measure)s", facts, None, by="", unit="wd")["measure"] == MEASURES["wd"]
    assert filled("%(value)s%(measure)s", facts, None, by="", unit="text")["measure"] == ""
