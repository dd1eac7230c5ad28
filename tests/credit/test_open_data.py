"""The service, the stand-alone verifier and `credit explain` say the same of any history, to the last bar."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.agencies.models import Agency
from app.credit.barring import settle
from app.credit.models import CreditEvent, CreditRule, rules_on, scale_on
from app.infra import almanac
from app.infra.almanac import Term
from app.infra.db import session
from app.kernel.workdays import local_day
from tests import make
from tests.credit.matters import CREDIT, TODAY, agree, in_effect, on
from tests.verify import verifiers

pytestmark = pytest.mark.one_database
DAY = timedelta(days=1)


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 2),  # the agency
        st.sampled_from(["subcontract", "staff_swapped", "fee_off_platform", "complaint_upheld", "forged_paper"]),
        st.integers(0, 600),  # days ago, since there are such rules
        st.none() | st.integers(0, 300),  # repaired so many days later
        st.sampled_from(["", "", "P1", "P2"]),
        st.integers(0, 2),  # the service, none of them for a fraud
        st.sampled_from(["in_effect", "in_effect", "dropped"]),
    ),
    max_size=12,
)


def written(agencies: list[Agency], lines: list[tuple[Any, ...]]) -> None:
    """Events as they stand after whatever happened to them."""
    items, rules = [make.item(), make.item(make.OTHER_ITEM)], rules_on(TODAY)
    for place, code, ago, after, number, which, state in lines:
        rule: CreditRule = rules[code]
        since = TODAY - ago * DAY
        repaired = None if rule.fraud or after is None or after > ago else since + after * DAY
        item = None if rule.fraud and which == 2 else items[which % 2]
        days = {"happened_on": since - DAY, "effective_on": since, "repaired_on": repaired}
        stands = {"state": "repaired" if repaired and state == "in_effect" else state, "state_since": make.NOW}
        about = {"agency_id": agencies[place].id, "professional": number, "professional_name": number and "示例"}
        kind = {"rule": rule, "points": rule.points, "item": item, "sector_code": make.item().sector_code}
        said = {"evidence": "示例", "numbers": {}, "recorded_at": make.NOW}
        session.add(CreditEvent(**days, **stands, **about, **kind, **said))
    session.flush()
    for agency in agencies:
        settle(make.act(make.regulator()), agency)


@pytest.mark.usefixtures("app")
def test_all_three_agree_on_any_history_also_when_the_numbers_change(tmp_path: Any) -> None:
    agencies = [make.agency() for _ in range(3)]
    terms = {code: almanac.almanac().term(f"credit_{code}", TODAY) for code in asdict(scale_on(TODAY))}

    @settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(
        EVENTS,
        st.dictionaries(st.sampled_from(sorted(terms)), st.tuples(st.integers(1, 40), st.integers(0, 600)), max_size=3),
        st.integers(0, 800),
    )
    def agrees(lines: list[tuple[Any, ...]], changes: dict[str, tuple[int, int]], later: int) -> None:
        trial = session.begin_nested()
        for code, (value, ago) in changes.items():
            old = terms[code]
            words = {name: getattr(old, name) for name in ("code", "unit", "zh", "en", "basis", "mark")}
            session.add(Term(**words, value=str(value), effective_from=TODAY - ago * DAY))
        session.flush()
        almanac.forget()
        written(agencies, lines)
        try:
            agree(TODAY, tmp_path / "credit.json")
            agree(TODAY, tmp_path / "credit.json", TODAY + later * DAY)
        finally:
            trial.rollback()
            session.expire_all()
            almanac.forget()

    agrees()


def test_the_page_hands_out_the_list_and_the_program_that_recomputes_it(
    as_user: Any, clock: Any, tmp_path: Any
) -> None:
    agency = make.agency()
    in_effect(agency)
    event = in_effect(agency, "forged_paper")
    make.keep()
    clock.now = on(event)
    visitor = as_user()
    page = visitor.get("/credit").text
    assert 'href="/credit.json"' in page and 'href="/credit.csv"' in page and 'download="credit.py"' in page
    path = tmp_path / "credit.json"
    path.write_text(visitor.get("/credit.json").text, encoding="utf-8")
    status, said = verifiers.run(CREDIT, str(path), str(local_day(clock.now)))
    assert status == 0 and said.startswith("2 events: ") and '"grade": "removed"' in said
    path.write_text(path.read_text(encoding="utf-8").replace('"points": 8', '"points": 1'), encoding="utf-8")
    status, said = verifiers.run(CREDIT, str(path))
    assert status == 1 and "counts is told as 8, and 1 was recomputed" in said
