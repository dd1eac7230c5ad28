"""Other numbers tried on jobs that went their way: who would have been late, and that nothing is written."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import wiring
from app.addenda import operations as addenda
from app.contracts import operations as contracts
from app.entries.eligibility import Offer
from app.infra import almanac
from app.infra.almanac import Term
from app.infra.db import session
from app.infra.record import Event, record
from app.inquiries import operations as inquiries
from app.kernel.draw import winner_by
from app.kernel.rehearsing import Fate
from app.objections import operations as objections
from app.selections.models import selection_of
from app.services import operations as services
from app.terms.rehearsal import can_be_tried, rehearse
from app.terms.rules import CONSTANTS, DRAWN_FROM, SCALE, TEXTS
from tests import make

pytestmark = pytest.mark.usefixtures("app")

LIVES = [model.LIFE for model in wiring.LIVES]


def tried(job, sector=None, **numbers):
    return rehearse(make.later(job, days=1), LIVES, numbers, sector)


def test_a_step_taken_in_time_would_have_been_late_under_a_shorter_period():
    job = make.job("contracted")
    (found,) = tried(job, contract=1)
    assert not found.changed
    job = make.job("awarded")
    slow = job.due - timedelta(hours=1)
    terms = {"signed_on": slow.date(), "amount_cents": job.amount_cents, "days": job.agreed_days}
    contracts.upload(make.act(job.owner, slow), job, file_id=make.file(job.owner).id, **terms)
    (found,) = rehearse(slow, LIVES, {"contract": 2}, None)
    (line,) = found.lines
    assert (found.looked_at, found.counts[Fate.LATE], line.row.job_id) == (2, 1, job.id)
    assert line.tried < slow < line.wait.due
    assert list(found.sides) == [job.LIFE.turn("awarded").who.names]


def test_silence_would_have_come_sooner_or_later_and_nobody_is_called_late():
    job = make.job("open")
    make.lapse(job)
    (shorter,), (longer,) = tried(job, entry=1), tried(job, entry=9)
    assert shorter.counts == {Fate.SOONER: 1} and longer.counts == {Fate.LONGER: 1}


def test_who_objected_would_have_been_too_late_where_only_the_clock_had_the_next_move():
    job = make.job("selected")
    late = job.due - timedelta(hours=1)
    objections.object_to(make.act(make.unit(), late), job, ground="示例：名单里有不符合条件的机构。", file_id=None)
    (found,) = rehearse(late, LIVES, {"publicity": 1}, None)
    assert found.counts == {Fate.LATE: 1} and list(found.sides) == [job.LIFE["object"].who.names]


def test_a_deadline_counted_anew_is_compared_as_it_was_at_last():
    job = make.job("awarded")
    later = job.due + timedelta(days=7)
    record(make.act(make.operator(), make.later(job)), "job.due_changed", job, due=later.isoformat())
    (found,) = rehearse(later - timedelta(hours=1), LIVES, {"contract": 6}, None)
    assert not found.changed and found.looked_at == 1
    (found,) = rehearse(later + timedelta(hours=1), LIVES, {"contract": 6}, None)
    assert found.counts == {Fate.IN_TIME: 1} and found.lines[0].wait.due == later


def test_entries_that_would_have_come_too_late_are_counted():
    job = make.job("open")
    agency, last = make.agency(), job.due - timedelta(hours=1)
    make.verb("entries", "enter")(make.act(agency, last), job, Offer())
    make.lapse(job)
    (found,) = tried(job, entry=1)
    assert found.late == 1


def test_a_question_is_answered_by_its_period_and_before_the_closing():
    job = make.job("open")
    inquiry = inquiries.ask(make.act(make.agency(), make.later(job)), job, text="示例：工期从哪一天起算？")
    inquiries.answer(
        make.act(job.owner, inquiry.due - timedelta(hours=1)), inquiry, answer="示例：自材料齐全之日起算。"
    )
    (same,), (longer,) = tried(job, question_answer=1), tried(job, question_answer=60)
    assert same.looked_at == longer.looked_at == 1 and not same.changed and not longer.changed
    slow = make.job("open")
    make.term("question_answer", "3", make.NOW.date() + timedelta(days=1))
    late = slow.due - timedelta(hours=1)
    asked = inquiries.ask(make.act(make.agency(), make.later(slow, days=1)), slow, text="示例：成果几份？")
    inquiries.answer(make.act(slow.owner, late), asked, answer="示例：一式三份。")
    (found,) = rehearse(late + timedelta(days=1), LIVES, {"question_answer": 1}, None)
    assert found.counts == {Fate.LATE: 1} and found.lines[0].wait.due == slow.due


def test_an_addendum_gives_more_time_and_never_less_than_there_was():
    job = make.job("open")
    closing = job.due
    addenda.amend(make.act(job.owner, make.later(job, days=1)), job, text="示例：工作日数更正。", days=4)
    extended = make.again(job).due
    (same,) = rehearse(extended + timedelta(days=1), LIVES, {"addendum_extension": 3}, None)
    assert same.looked_at == 1 and not same.changed
    make.lapse(make.again(job))
    (shorter,) = rehearse(extended + timedelta(days=1), LIVES, {"addendum_extension": 1}, None)
    assert shorter.lines[0].tried == closing < extended and shorter.counts == {Fate.SOONER: 1}


def test_the_present_numbers_change_nothing_and_nothing_is_written():
    job = make.job("archived")
    make.job("objected"), make.job("failed")
    session.flush()
    before = [session.scalar(select(func.count()).select_from(model)) for model in (Event, Term)]
    terms = almanac.almanac().terms
    present = {code: int(terms[code][0].value) for code in sorted(can_be_tried(LIVES) - TEXTS)}
    percentages = [int(one) for one in terms[DRAWN_FROM][0].value.split(",")]
    findings = rehearse(make.later(job, days=1), LIVES, present, None, percentages)
    assert len(findings) == len(present) - len(CONSTANTS) - len(SCALE), "both numbers of the lights are one finding"
    assert not [finding.codes for finding in findings if finding.changed or finding.late]
    assert sum(finding.looked_at for finding in findings) > 20
    assert not session.dirty and not session.new
    assert before == [session.scalar(select(func.count()).select_from(model)) for model in (Event, Term)]


def test_what_began_under_another_number_is_compared_with_that_one():
    job = make.job("open")
    make.lapse(job)
    make.term("entry", "9", make.later(job, days=1).date())
    (found,) = rehearse(make.later(job, days=3), LIVES, {"entry": 3}, None)
    assert found.looked_at == 1 and not found.changed


def test_the_lights_of_steps_taken_are_told_by_other_numbers():
    job = make.job("archived")
    (found,) = tried(job, light_share=1, light_days=9)
    assert found.codes == ("light_share", "light_days")
    assert set(found.lights) == {("green", "yellow")} and not found.counts and found.lines


def test_a_cap_on_pauses_would_have_made_a_delivery_late():
    job = make.job("in_service")
    since = make.later(job)
    agency = make.act(job.agency, since)
    pause = services.ask_pause(
        agency, job, reason="site", text="示例：进场道路被雨水冲断，车辆和设备都无法进场作业。", file_id=None
    )
    services.confirm_pause(make.act(job.owner, since), pause)
    services.resume(make.act(job.owner, since + timedelta(days=14)), job)
    done = job.due - timedelta(hours=1)
    services.deliver(make.act(job.agency, done), job, file_ids=[make.file(job.agency).id], note="")
    (cut,), (wide,) = tried(job, pause_cap=2), tried(job, pause_cap=20)
    assert cut.counts == {Fate.LATE: 1} and cut.lines[0].tried < done
    assert not wide.changed


def test_more_entries_asked_for_would_have_let_a_selection_fail():
    job = make.job("selected")
    (found,) = tried(job, minimum_entries_state=4)
    assert found.counts == ({Fate.FAILS: 1} if job.funds == "state" else {})
    (found,) = tried(job, **{f"minimum_entries_{job.funds}": 4})
    assert found.counts == {Fate.FAILS: 1} and found.lines[0].entries == 3


def drawn_by_average():
    job = make.job("open", method="average_price", ceiling_cents=2_000_000)
    for cents in (1_000_000, 1_010_000, 1_020_000, 1_900_000):
        make.verb("entries", "enter")(make.act(make.agency(), make.later(job)), job, Offer(cents))
    return make.lapse(make.lapse(job))


def test_quotes_dropped_at_the_ends_would_have_let_another_win_by_the_same_seed():
    job = drawn_by_average()
    transcript = selection_of(job.id).transcript
    assert transcript["dropped"] is None and winner_by(transcript) == transcript["winner"]
    (same,), (other,) = tried(job, average_drop_from=6), tried(job, average_drop_from=3)
    assert (same.looked_at, same.changed) == (1, 0)
    assert transcript["winner"] != winner_by(transcript, drop_from=3)
    assert other.counts == {Fate.OTHER: 1} and other.lines[0].entries == 4


@pytest.mark.parametrize(
    ("percentages", "fate", "by"),
    [
        ((95, 96, 97, 98), Fate.AS_BEFORE, (4, 4)),
        ((96,), Fate.AS_BEFORE, (1, 1)),
        ((80, 96), Fate.LESS_LIKELY, (1, 2)),
        ((80, 82), Fate.OTHER, (0, 2)),
    ],
)
def test_other_percentages_to_draw_from_make_the_same_agency_more_or_less_likely(percentages, fate, by):
    job = drawn_by_average()
    (found,) = rehearse(make.later(job, days=1), LIVES, {}, None, percentages)
    assert found.codes == ("average_percentages",) and found.looked_at == 1
    assert [(line.fate, line.chances) for line in found.lines] == (
        [] if fate == Fate.AS_BEFORE else [(fate, ((4, 4), by))]
    )


def test_a_regulator_sees_the_jobs_of_its_sector_alone():
    job = make.job("awarded")
    (own,), (other,) = tried(job, job.sector_code, posting_check=2), tried(job, "示例", posting_check=2)
    (all_,) = tried(job, admission_check=1)
    assert (own.looked_at, other.looked_at) == (1, 0)
    assert all_.looked_at == 3, "the applications of its three entrants"
    (none,) = tried(job, job.sector_code, admission_check=1)
    assert not none.looked_at


def test_what_is_older_than_a_year_does_not_count():
    job = make.job("archived")
    (found,) = rehearse(make.later(job, days=400), LIVES, {"contract": 1}, None)
    assert not found.looked_at
