"""Direct selection: whom it names and why, who may enter, what the clock does, and that it is counted for everybody."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app import wiring
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra.clockwork import take_late
from app.infra.db import session
from app.jobs import operations as jobs
from app.jobs.models import Job
from app.jobs.rules import State
from app.kernel.errors import Invalid
from app.methods.rules import Method
from app.oversight.models import direct_jobs, directs
from app.selections.models import current_award, rule_of, selection_of
from tests import make
from tests.pages import english, error, plain
from tests.staging import NOW

pytestmark = pytest.mark.usefixtures("app")
REASON = "原成果由该机构编制，本次仅作局部修改。"
WHY = {"method": Method.DIRECT, "direct_ground": "small", "direct_reason": REASON}


def direct(state: str = "open", **fields):
    one = make.agency()
    known = WHY | {"named": one.unit.code, "entrants": [one]} | fields
    return make.job(state, **known), one


def refused(call, *args, **fields) -> str | None:
    with pytest.raises(Invalid) as refusal:
        call(*args, **fields)
    return refusal.value.field


# --- the way of a job -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("funds", ["state", "social"])
def test_the_one_named_entry_is_selected_by_the_clock_and_nothing_is_drawn(funds):
    job, one = direct("selected", funds=funds)
    assert (job.agency_id, job.amount_cents, selection_of(job.id)) == (one.id, job.ceiling_cents, None)
    award = current_award(job.id)
    assert (award.place, award.publicity_ends) == (1, job.due)
    assert award.entry.contribution is None
    make.lapse(job)
    assert job.state == State.AWARDED


def test_the_rule_of_three_is_lowered_for_no_other_method():
    job, _ = direct(funds="state")
    assert rule_of(job, NOW).minimum_entries == 1
    assert rule_of(make.job("open", funds="state"), NOW).minimum_entries == 3


def test_nobody_but_the_named_agency_enters():
    job, one = direct()
    with pytest.raises(Invalid) as refusal:
        entries.enter(make.act(make.agency(), make.later(job)), job, Offer())
    assert refusal.value.places["condition"] == "Is the agency that this job names"
    assert refusal.value.places["mend"] == "This job is selected directly: it names another agency."
    assert entries.enter(make.act(one, make.later(job)), job, Offer())


def test_without_the_named_entry_the_selection_fails():
    job, one = direct()
    entry = entries.enter(make.act(one, make.later(job)), job, Offer())
    entries.withdraw(make.act(one, make.later(job)), entry)
    for _ in range(2):
        take_late(Job, job.id, job.due, wiring.VERBS)
    assert job.state == State.FAILED


def test_an_abandoned_direct_selection_has_nobody_next():
    job, _ = direct("abandoned", if_abandoned="next")
    make.lapse(job)
    assert (job.state, job.agency_id) == (State.FAILED, None)


def test_an_objection_holds_a_direct_selection_like_any_other():
    job, _ = direct("selected")
    by = make.act(make.unit(), make.later(job))
    make.verb("objections", "object_to")(by, job, ground="金额拆分，规避选取。", file_id=None)
    assert job.state == State.OBJECTED


def test_a_repost_carries_whom_and_why():
    job, one = direct("failed")
    again = jobs.repost(make.act(job.owner, make.later(job)), job)
    assert (again.named_agency_id, again.direct_ground, again.direct_reason) == (one.id, "small", REASON)


@pytest.mark.parametrize(
    ("state", "side", "page"),
    [
        ("awarded", "owner", "contract/upload"),
        ("contracted", "agency", "materials/list"),
        ("materials", "owner", "materials/hand-in"),
        ("in_service", "agency", "service/deliver"),
    ],
)
@pytest.mark.parametrize(("ground", "warned"), [("secret", True), ("small", False)])
def test_whoever_could_carry_a_secret_through_the_market_is_warned(state, side, page, ground, warned, as_user, clock):
    job, _ = direct(state, direct_ground=ground, direct_reason="依据定密文件第〔2026〕3 号（示例），本项目涉密。")
    clock.now = make.later(job)
    answer = english(as_user(make.user_of(getattr(job, side)))).get(f"/jobs/{job.id}/{page}")
    assert ("this market is public: upload nothing secret" in plain(answer.text)) == warned
    assert answer.status_code == 200


# --- what may be posted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"named": ""}, "named"),
        ({"named": "91450800MA5NAAAA0X"}, "named"),
        ({"direct_ground": None}, "direct_ground"),
        ({"direct_ground": "friendly"}, "direct_ground"),
        ({"direct_reason": " "}, "direct_reason"),
        ({"direct_reason": "小额"}, "direct_reason"),
        ({"floor_cents": 1}, "floor_cents"),
        ({"method": Method.RANDOM_DRAW}, "named"),
        ({"method": Method.RANDOM_DRAW, "named": ""}, "direct_ground"),
        ({"method": Method.RANDOM_DRAW, "named": "", "direct_ground": None}, "direct_reason"),
    ],
)
def test_a_direct_selection_says_whom_on_which_ground_and_why_and_no_other_method_does(fields, field):
    known = WHY | {"named": make.agency().unit.code} | fields
    assert refused(make.job, "submitted", **known) == field


@pytest.mark.parametrize(
    ("ceiling", "ground", "urgent", "lawful"),
    [
        (3_000_000, "small", False, True),
        (3_000_001, "small", False, False),
        (3_000_000, "urgent", False, False),
        (20_000_000, "urgent", True, True),
        (20_000_001, "urgent", True, False),
    ],
)
def test_the_limits_of_each_ground_stand_in_the_table_of_lawful_methods(ceiling, ground, urgent, lawful):
    one = make.agency(lists=make.BY_CONTRACT, days=10, fee_cents=1_000_000)
    known = WHY | {"named": one.unit.code, "item": make.BY_CONTRACT, "ceiling_cents": ceiling, "direct_ground": ground}
    known |= {"urgent": urgent, "urgent_reason": "汛期抢险，须立即开展。"}
    if lawful:
        assert make.job("open", **known).state == State.OPEN
    else:
        assert refused(make.job, "submitted", **known) == "method"


def test_the_schema_publishes_no_direct_selection_without_whom_and_why():
    job, _ = direct()
    session.flush()
    for column in ("named_agency_id", "direct_ground"):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Job).where(Job.id == job.id).values({column: None}))


# --- what people see --------------------------------------------------------------------------------------------------


def test_the_form_names_the_agency_by_its_code_or_name_and_keeps_what_was_typed(as_user):
    owner, one = make.unit(), make.agency()
    code, name = one.unit.code, one.unit.name
    job = make.job("draft", owner=owner)
    make.keep()
    buyer = english(as_user(make.user_of(owner)))
    wish = {"method": "direct", "ceiling_cents": "19,000", "days": "5", "if_abandoned": "next"}
    wish |= {"direct_ground": "small", "direct_reason": REASON}
    wrong = buyer.post(f"/jobs/{job.id}/wish", data=wish | {"named": "91450800MA5NAAAA0X"})
    assert wrong.status_code == 422 and "No agency has the name or code" in error(wrong, "named")
    assert 'value="91450800MA5NAAAA0X"' in wrong.text and REASON in wrong.text
    unlawful = buyer.post(f"/jobs/{job.id}/wish", data=wish | {"named": code, "direct_ground": "urgent"})
    assert unlawful.status_code == 422 and "for urgent jobs only" in error(unlawful, "method")
    narrow = name.replace("（", "(").replace("）", ")")
    for typed in (name, narrow, code.lower(), f" {code} "):
        assert buyer.post(f"/jobs/{job.id}/wish", data=wish | {"named": typed}).status_code == 303, typed
        assert code in buyer.get(f"/jobs/{job.id}/wish").text
    make.agency().unit.name = name
    make.keep()
    unclear = buyer.post(f"/jobs/{job.id}/wish", data=wish | {"named": name})
    assert unclear.status_code == 422 and "Several agencies are called" in error(unclear, "named")
    assert name in buyer.get(f"/jobs/{job.id}/review").text


def test_the_pages_say_that_there_was_no_choice_and_why(client, app):
    job, one = direct("selected")
    make.keep()
    app.config["CLOCK"] = lambda: make.later(job)
    visitor = english(client)
    page, result = (plain(visitor.get(f"/jobs/{job.id}{part}").text) for part in ("", "/result"))
    for words in (one.unit.name, "small amount", REASON):
        assert words in page and words in result
    assert "no choice among several" in page and "Nothing was drawn" in result
    assert "What the announcement committed to" not in page
    assert visitor.get(f"/jobs/{job.id}/transcript.json").status_code == 404


def test_before_the_selection_there_is_no_result(client):
    job, _ = direct()
    make.keep()
    assert client.get(f"/jobs/{job.id}/result").status_code == 404


def test_direct_selections_are_counted_by_ground_and_owner_and_by_sector():
    owner = make.unit()
    for _ in range(2):
        direct(owner=owner)
    direct(direct_ground="urgent", urgent=True, urgent_reason="汛期抢险，须立即开展。")
    make.job("open")
    direct("submitted")
    found = directs(NOW + timedelta(days=1))
    assert (found.jobs, found.direct, found.share) == (4, 3, 0.75)
    assert found.by_ground == {"small": 2, "urgent": 1}
    assert next(iter(found.by_owner.items())) == (owner.name, 2)
    assert directs(NOW + timedelta(days=1), "transport").direct == 0
    assert len(direct_jobs()) == len(direct_jobs("water")) == 3 and not direct_jobs("transport")
    assert directs(NOW + timedelta(days=400)).share is None


def test_regulators_read_those_of_their_sector_on_their_desk_and_everybody_all(as_user, client, app):
    job, _ = direct("selected")
    people = [make.user_of(make.regulator(sector)) for sector in ("water", "transport")]
    owner = job.owner.name
    make.keep()
    app.config["CLOCK"] = lambda: make.later(job)
    own, other = (plain(english(as_user(one)).get("/desk").text) for one in people)
    assert "Selected directly in your sector" in own and "1 of 1 jobs announced in 12 months (100.0%)" in own
    assert REASON in own and "Selected directly in your sector" not in other
    page = plain(english(client).get("/direct").text)
    assert REASON in page and owner in page and "100.0%" in page


def test_without_any_the_public_page_says_so(client):
    assert "No job has been selected directly." in english(client).get("/direct").text


def test_the_named_agency_is_asked_to_enter_and_nobody_else_is(as_user, clock):
    job, one = direct()
    clock.now, enter = make.later(job), f'href="/jobs/{job.id}/enter"'
    named, other = (english(as_user(make.user_of(firm))) for firm in (one, make.agency()))
    assert enter in named.get("/desk").text and enter in named.get(f"/jobs/{job.id}").text
    page = other.get(f"/jobs/{job.id}").text
    assert enter not in page and f"It is the turn of {one.unit.name} to enter" in plain(page)
    assert f'href="/jobs/{job.id}"' not in other.get("/desk").text
    entries.enter(make.act(one, make.later(job)), make.again(job), Offer())
    make.keep()
    assert enter not in named.get("/desk").text
