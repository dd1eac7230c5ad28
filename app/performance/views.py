"""The public page of an owner: what it promised and did, measured, beside how agencies rate it."""

from typing import Any

from flask import Blueprint, render_template

from app.jobs.models import Wanted, jobs_listed
from app.jobs.rules import LIFE as JOB_LIFE
from app.performance.models import Owner, owners_record
from app.performance.rules import MAY_READ
from app.scores.models import rank_of, scores_over_all
from app.web.door import allow, now

bp = Blueprint("performance", __name__)


@bp.get("/owners/<int:id>")
@allow(MAY_READ, Owner)
def owner(unit: Any) -> Any:
    score = scores_over_all([unit.id]).get(unit.id)
    return render_template(
        "performance/owner.html",
        unit=unit,
        record=owners_record(unit.id, now()),
        score=score,
        place=rank_of(score) if score else None,
        jobs=jobs_listed(Wanted(owner=unit.id), limit=10),
        job_life=JOB_LIFE,
    )
