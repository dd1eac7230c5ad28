"""The pages of payments: who is asked for what on the page of the job, what is refused, and what both sides read."""

from datetime import timedelta
from typing import Any

import pytest

from app.jobs.models import Job
from app.kernel.workdays import local_day
from app.payments.models import statements_of
from tests import make
from tests.pages import english, plain

pytestmark = pytest.mark.one_database


@pytest.fixture
def job(app: Any) -> Job:
    return make.job("archived", funds="social", entries=1)


@pytest.fixture
def window(as_user: Any, clock: Any, job: Job) -> Any:
    """`window(who, days)`: somebody of the job's "owner", "agency" or "regulator", or a visitor, who reads English, so
    many days after the acceptance."""

    def opens(who: Any = None, days: int = 10) -> Any:
        make.keep()
        here = make.again(job)
        clock.now = here.accepted_at + timedelta(days=days)
        unit = make.regulator() if who == "regulator" else getattr(here, who) if who else None
        return english(as_user(make.user_of(unit)) if unit else as_user())

    return opens


def typed(job: Job, cents: int, days: int = 9) -> dict[str, str]:
    day = local_day(job.accepted_at + timedelta(days=days))
    return {"paid_on": day.isoformat(), "cents": f"{cents / 100:.2f}"}


def test_a_payment_is_stated_answered_and_corrected(window: Any, job: Job) -> None:
    fee, page, sides = job.amount_cents or 0, f"/jobs/{job.id}", ("owner", "agency")
    due = "The fee is to be paid by"
    for who in (*sides, "regulator"):
        assert due in window(who).get(page).text
    assert due not in window().get(page).text
    answer = window("agency").post(f"{page}/payments/new", data=typed(job, fee - 100))
    assert answer.status_code == 303
    owner = window("owner")
    assert "Confirm or correct the payment" in owner.get(page).text
    first = statements_of(job.id)[0]
    assert f"/payments/{first.id}/answer" in owner.get(f"{page}/payments").text
    assert owner.post(f"/payments/{first.id}/answer", data=typed(job, fee)).status_code == 303
    told = plain(window("agency").get(f"{page}/payments").text)
    assert "The two sides say different things of the fee; neither counts until they agree" in told
    assert "Payment 1: told differently" in told
    assert told.index("Correct payment 1") < told.index("What both sides say"), "whoever erred is led to its own word"
    assert window("agency").post(f"/payments/{first.id}/answer", data=typed(job, fee)).status_code == 303
    told = plain(window("owner").get(f"{page}/payments").text)
    assert "The fee is paid, within the term" in told
    assert len(statements_of(job.id)) == 3
    here = plain(window("owner").get(page).text)
    assert "paid within the term" in here
    assert "Record a payment" not in here


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(window: Any, job: Job) -> None:
    agency, address = window("agency"), f"/jobs/{job.id}/payments/new"
    wrong = typed(job, (job.amount_cents or 0) + 1)
    answer = agency.post(address, data=wrong)
    assert answer.status_code == 422
    assert "Write at most" in answer.text
    assert wrong["cents"] in answer.text.replace(",", "")
    answer = agency.post(address, data=typed(job, 100, days=11))
    assert "Choose a day from" in answer.text
    assert statements_of(job.id) == []


def test_silence_is_not_called_late(window: Any, job: Job) -> None:
    page = f"/jobs/{job.id}"
    assert "Was the fee paid?" in window("owner", days=31).get(page).text
    data = typed(job, 0, days=31)
    assert window("agency", days=31).post(f"{page}/payments/new", data=data).status_code == 303
    told = window("owner", days=31)
    assert "and is still open" in told.get(page).text
    assert "nothing until" in told.get(f"{page}/payments").text


def test_before_the_acceptance_the_pages_say_so(as_user: Any) -> None:
    job = make.job("delivered")
    make.keep()
    agency = english(as_user(make.user_of(job.agency)))
    for address in ("payments", "payments/new"):
        answer = agency.get(f"/jobs/{job.id}/{address}")
        assert answer.status_code == 409
        assert "once the report is accepted" in answer.text
    assert "Payment of the fee" not in agency.get(f"/jobs/{job.id}").text
