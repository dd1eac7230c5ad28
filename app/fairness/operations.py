"""Publishing the open data of the selections and the report on their fairness, after each selection."""

from sqlalchemy import insert

from app.fairness.models import FairnessReport, OpenLine, open_lines, public_code, published_report
from app.fairness.models import selections_without_line as without_line
from app.infra.db import session
from app.kernel.act import Act
from app.kernel.fairness import line_of, report

BATCH = 200


def publish(act: Act, event_id: int = 0) -> None:
    """Reaction to a selection: add the lines that are missing and make the report anew. Where many selections were made
    at once, the first of the tasks does the work of all."""
    added = 0
    while some := session.execute(without_line().limit(BATCH)).all():
        lines = [
            {
                "selection_id": id,
                "number": number,
                "line": line_of(
                    transcript, item=item, owner=public_code(owner), address=f"/jobs/{job_id}/transcript.json"
                ),
            }
            for id, job_id, number, item, owner, transcript in some
        ]
        session.execute(insert(OpenLine), lines)
        added += len(lines)
    known = published_report()
    if known is None:
        session.add(FairnessReport(made_at=act.now, report=report(open_lines())))
    elif added:
        known.made_at, known.report = act.now, report(open_lines())
    session.flush()
