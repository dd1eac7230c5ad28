"""A walk through the public rooms and everybody's desk, in each language, at both widths."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Unit
from app.agencies.models import Agency
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.workdays import local_day
from app.objections.models import objections_of
from app.payments import operations as payments
from app.ratings import operations as ratings
from app.ratings.models import AXES, Rating
from app.services import operations as services
from app.web.locale import LOCALES
from tests import make
from tests.browser.market import Market

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

# Jobs posted at the beginning, by the state they have reached a fortnight later; and how many days before that others
# were posted that are still at their beginning then.
BEGUN = ("failed", "paused", "archived")
YOUNG = {"open": 1, "selected": 5}
RATED = {"rated": "archived"}
# What a sample looks at: the stories show the first language wide, and English has the longest words for a telephone.
WIDTHS = {"zh_Hans": (390,), "zh_Hant": (1280,), "en": (390,)}
# The states in which the steps beside the straight way begin.
BESIDE = ("draft", "submitted", "objected", "awarded", "contract_uploaded", "in_service")


def city() -> tuple[Unit, list[Agency], dict[str, Job]]:
    """An owner and three agencies with a job in each kind of state, one of them rated by both: what stands last."""
    owner, agencies = make.unit(name="示例产业园开发公司（示例）"), [make.agency() for _ in range(3)]
    entrants = {"entrants": agencies, "method": "average_price", "funds": "state"}
    jobs = {state: make.job(state, owner=owner, **entrants) for state in BEGUN}
    rated = make.job("accepted", owner=owner, entrants=agencies)
    for side in (owner, rated.agency):
        ratings.give(make.act(side, make.later(rated)), rated, **dict.fromkeys(AXES, 4), text="示例评价")
    payments.state(make.act(rated.agency, make.later(rated)), rated, paid_on=local_day(rated.state_since), cents=1)
    for state, days in YOUNG.items():
        jobs[state] = make.job(state, owner=owner, **entrants, now=make.later(rated, days=-days))
    make.job("draft", owner=owner)
    make.agency(admitted=False)
    return owner, agencies, jobs | {"rated": rated}


@pytest.mark.soak
@pytest.mark.parametrize("locale", LOCALES)
def test_every_room_and_every_desk_holds_in_every_language(
    locale: str, market: Market, album: Callable[[str], Path], at_scale: Callable[..., Any]
):
    widths = at_scale(WIDTHS[locale], (1280, 390))
    owner, agencies, jobs = city()
    pictures = album(f"pages/{locale}")
    ids = {state: job.id for state, job in jobs.items()}
    paths = rooms(agencies[0].id, ids)
    offices = {"owner": owner, "agency": agencies[0], "operator": make.operator(), "regulator": make.regulator()}
    members = {name: market.person(make.user_of(office), album=pictures) for name, office in offices.items()}
    make.keep()
    visitor = market.person(album=pictures)
    market.clock.now = make.later(jobs["rated"])
    market.works()
    assert {state: market.job(id).state for state, id in ids.items()} == {state: state for state in ids} | RATED

    visitor.speaks(locale)
    for name, path in paths.items():
        visitor.opens(path, 404 if name == "not-found" else 200)
        visitor.sees_wide_and_narrow(name, widths)
    for name, member in members.items():
        member.opens("/desk")
        member.speaks(locale)
        member.opens("/desk")
        member.sees_wide_and_narrow(f"desk-of-the-{name}", widths)
    members["owner"].opens("/notices")
    members["owner"].sees_wide_and_narrow("messages", widths)
    for name, path in (("job-to-pay", ""), ("payments", "/payments"), ("payment-to-record", "/payments/new")):
        members["owner"].opens(f"/jobs/{ids['rated']}{path}")
        members["owner"].sees_wide_and_narrow(name, widths)


def rooms(agency: int, jobs: dict[str, int]) -> dict[str, str]:
    """Every public page, by its name in the album."""
    rating = session.scalars(select(Rating.id)).first()
    item, by_contract = make.item().id, make.item(make.BY_CONTRACT).id
    job = {f"job-{state}": f"/jobs/{id}" for state, id in jobs.items()}
    owner = session.get_one(Job, jobs["selected"]).owner_id
    return {
        "home": "/", "jobs": "/jobs", "jobs-none": "/jobs?keyword=无此项目", "agencies": "/agencies",
        "agency": f"/agencies/{agency}", "items": "/items", "item": f"/items/{item}",
        "item-by-contract": f"/items/{by_contract}", "law": "/law", "calendar": "/calendar",
        "lawful-methods": "/methods", "direct-selections": "/direct", "rules-changed": "/rules/changes",
        "result": f"/jobs/{jobs['selected']}/result", "result-failed": f"/jobs/{jobs['failed']}/result",
        "ledger": f"/jobs/{jobs['paused']}/ledger", "rating": f"/ratings/{rating}", "check": "/check",
        "checked": f"/check?job={jobs['selected']}", "fairness": "/fairness", "ratings": "/ratings",
        "late": "/late", "speed": "/speed", "search-rests": "/search?q=示例", "synonyms": "/synonyms",
        "owner": f"/owners/{owner}",
        "sign-in": "/sign-in", "register": "/register", "register-owner": "/register/owner",
        "register-agency": "/agencies/apply",
        "not-found": "/nowhere",
    } | job  # fmt: skip


def test_the_steps_that_no_story_takes_hold_at_both_widths(market: Market, album: Callable[[str], Path]):
    """Saying no, giving up, and what an office does besides: the forms beside the straight way."""
    owner, agency = make.unit(name="示例产业园开发公司（示例）"), make.agency()
    jobs = {state: make.job(state, owner=owner, entrants=[agency], funds="social") for state in BESIDE}
    serving, by = jobs["in_service"], make.act(agency, make.later(jobs["in_service"]))
    opened = make.job("open", owner=owner, now=make.later(serving))
    entry = entries.enter(make.act(agency, make.later(opened)), opened, Offer())
    asked = services.ask_pause(by, serving, reason="site", text="进场道路被雨水冲断。", file_id=make.file(agency).id)
    paths = {
        owner: [
            f"/jobs/{jobs['draft'].id}/withdraw", f"/jobs/{jobs['draft'].id}/delegate", f"/pauses/{asked.id}/refuse",
            f"/jobs/{serving.id}/papers", "/unit", "/unit/members/new",
        ],
        agency: [
            f"/jobs/{jobs['awarded'].id}/abandon", f"/jobs/{jobs['contract_uploaded'].id}/contract/return",
            f"/entries/{entry.id}/withdraw",
        ],
        make.operator(): [
            "/methods/new", "/methods/1/revise", "/methods/1/end", "/rules/adopt?code=entry&value=4",
            "/rules/versions/1/withdraw",
            "/rules/rehearse?tries-row=0&tries-0-code=entry&tries-0-value=1",
            f"/jobs/{jobs['submitted'].id}/return_posting", f"/jobs/{serving.id}/service/terminate",
            f"/jobs/{jobs['objected'].id}/objections",
            f"/jobs/{jobs['objected'].id}/result", f"/objections/{objections_of(jobs['objected'].id)[0].id}/uphold",
            "/agencies/to-check", "/offices/new", f"/items/{make.item().id}/standard",
        ],
        make.regulator(): [f"/pauses/{asked.id}/veto"],
    }  # fmt: skip
    pictures = album("pages/steps")
    members = [(market.person(make.user_of(office), album=pictures), some) for office, some in paths.items()]
    market.clock.now = make.later(serving, minutes=2)
    make.keep()
    market.works()
    for member, some in members:
        member.opens("/desk")
        for path in some:
            member.opens(path)
            member.sees_wide_and_narrow(path.strip("/").replace("/", "-"))
