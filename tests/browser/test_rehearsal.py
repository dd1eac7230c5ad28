"""The story of a period that the regulator tries on the year behind us, and the operator adopts."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests import make
from tests.browser.market import Market
from tests.credit.matters import in_effect
from tests.scores.test_operations import more, rated
from tests.terms.test_ranking import by_three
from tests.terms.test_rehearsal import drawn_by_average

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.soak)])
def test_a_period_is_rehearsed_on_past_jobs_and_adopted_with_its_source(
    width: int, market: Market, album: Callable[[str], Path]
):
    job, drawn = make.job("archived"), drawn_by_average()
    more(rated(owner=5), [500, 500])
    by_three(5, 4, 1)
    event = in_effect(make.agency())
    market.clock.now = max(make.later(job), make.later(drawn), event.state_since)
    pictures, offices = album(f"rehearsal-{width}"), (make.regulator(job.sector_code), make.operator())
    regulator, operator = (
        market.person(make.user_of(office), width=width, scripts=False, album=pictures) for office in offices
    )
    make.keep()
    regulator.opens("/desk")
    regulator.opens("/law")
    regulator.follows("Rehearse the rules")
    regulator.sees("asks", "Rehearse the rules")
    tried = "tries-row=0&tries-0-code=entry&tries-0-value=1"
    lights = "&tries-row=1&tries-1-code=light_days&tries-1-value=9"
    least = f"&tries-row=2&tries-2-code=minimum_entries_{job.funds}&tries-2-value=9"
    regulator.opens(f"/rules/rehearse?{tried}{lights}{least}")
    regulator.sees("found", "would have ended earlier", "would have failed")
    regulator.opens("/rules/rehearse?tries-row=0&tries-0-code=rating_least&tries-0-value=9")
    regulator.sees("places", "Would have this place")
    regulator.opens("/rules/rehearse?tries-row=0&tries-0-code=rating_parties&tries-0-value=2:3:5")
    regulator.sees("weights", "Would have this score")
    regulator.opens("/rules/rehearse?tries-row=0&tries-0-code=credit_suspended&tries-0-value=1")
    regulator.sees("grades", "Would stand")
    regulator.opens("/rules/rehearse?tries-row=0&tries-0-code=entry&tries-0-value=0", 422)
    regulator.sees("cannot-be-tried")

    operator.opens("/rules/rehearse?tries-row=0&tries-0-code=average_percentages&tries-0-value=82,80")
    operator.sees("percentages", "would have selected another agency")
    operator.opens(f"/rules/rehearse?{tried}")
    operator.follows("Adopt this value", exact=False)
    operator.presses("Adopt it")
    operator.sees("adoption-lacks-its-source")
    operator.fills("Takes effect on", (market.today + timedelta(days=30)).isoformat())
    operator.fills("Source", "示例通知〔2026〕第 1 号（示例）")
    operator.selects("How sure is this", market.words("default of this market"))
    operator.presses("Adopt it")
    operator.sees("law-with-its-history", "announced")
    operator.opens("/rules/changes")
    operator.sees("what-changed", "announced")
