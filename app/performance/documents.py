"""What stands at the top of an agency's page: its record, its scores and its credit."""

from datetime import datetime
from typing import Any

from app.agencies.bars import bars_running, people_barred
from app.credit.barring import stands
from app.credit.models import about, account_of, by_professional, events_of, published
from app.kernel.workdays import local_day
from app.oversight.models import standings
from app.performance.models import record_of
from app.scores.models import rank_of, scores_by_item, scores_over_all


def summary(agency_id: int, now: datetime) -> dict[str, Any]:
    """What an agency promised and did (`record`), how it stands (`standing`, its `place` among all, None where unknown,
    its `scores` by item), how its credit stands (`credit`), how many credit events are in effect (`events`),
    what keeps it from entering jobs (`barred`), and which of its people do not count (`uncounted`)."""
    day, credit, score = local_day(now), events_of(agency_id), scores_over_all([agency_id]).get(agency_id)
    return {
        "record": record_of(agency_id, now),
        "standing": standings([agency_id], now)[agency_id],
        "place": rank_of(score) if score else None,
        "scores": scores_by_item(agency_id),
        "credit": stands(account_of(credit, day).overall, barred := bars_running(day, agency_id)),
        "barred": barred,
        "uncounted": people_barred(day, agency_id),
        "events": len(published(credit, day, about(by_professional(credit)))),
    }
