"""The story of a period that the regulator tries on the year behind us."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import make
from tests.browser.market import Market

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_a_period_is_rehearsed_on_past_jobs(width: int, market: Market, album: Callable[[str], Path]):
    job = make.job("archived")
    market.clock.now = make.later(job)
    user = make.user_of(make.regulator(job.sector_code))
    regulator = market.person(user, width=width, scripts=False, album=album(f"rehearsal-{width}"))
    make.keep()
    regulator.opens("/desk")
    regulator.opens("/law")
    regulator.follows("Rehearse the rules")
    regulator.sees("asks", "Rehearse the rules")
    tried = "tries-row=0&tries-0-code=entry&tries-0-value=1"
    more = "&tries-row=1&tries-1-code=light_days&tries-1-value=9"
    least = f"&tries-row=2&tries-2-code=minimum_entries_{job.funds}&tries-2-value=9"
    regulator.opens(f"/rules/rehearse?{tried}{more}{least}")
    regulator.sees("found", "would have ended earlier", "would have failed")
    regulator.opens("/rules/rehearse?tries-row=0&tries-0-code=entry&tries-0-value=0", 422)
    regulator.sees("cannot-be-tried")
