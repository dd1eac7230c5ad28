"""Whether the draws treat everybody alike: the page, the report, and the open data that it is recomputed from."""

from typing import Any

from flask import Blueprint, Response, render_template

from app.fairness.models import names_of, open_lines, published_report
from app.kernel.fairness import LEAST_DRAWS, TABLES, day_of, open_data, report
from app.kernel.law import anyone
from app.kernel.transcript import write_transcript
from app.kernel.words import N_
from app.web.door import allow
from app.web.said import said
from app.web.words import percent, sentences

bp = Blueprint("fairness", __name__)
SHOWN = 15


@bp.get("/fairness")
@allow(anyone)
def show() -> Any:
    published = published_report()
    told = published.report if published else report([])
    names = names_of(told, SHOWN)
    rows = {table: [_bar(row, names) for row in told["tables"][table][:SHOWN]] for table in TABLES}
    return render_template(
        "fairness/show.html",
        report=told,
        rows=rows,
        made_at=published.made_at if published else None,
        days=(day_of(told["first"]), day_of(told["last"])),
        tops={table: max((max(row["value"], row["mark"]) for row in some), default=1) for table, some in rows.items()},
        looks=sum(told["looks"].values()),
        standing_out=sum(row["stands_out"] for table in TABLES for row in told["tables"][table]),
        least=LEAST_DRAWS,
    )


@bp.get("/fairness.json")
@allow(anyone)
def figures() -> Any:
    published = published_report()
    text = write_transcript(published.report if published else report([]))
    return _file(text, "fairness.json")


@bp.get("/draws.json")
@allow(anyone)
def draws() -> Any:
    """Every selection of the report, one a line."""
    return _file(open_data(open_lines()), "draws.json")


def _bar(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A figure as its bar tells it: wins beside what is expected, and the chance in words."""
    codes = [code for code in (row["agency"], row["about"]) if code]
    places = {name: percent(float(row[name]), 2) for name in ("chance", "corrected")}
    told = N_(
        "Expected: %(expected)s. So many or more by chance alone: %(chance)s; corrected for all looks: %(corrected)s."
    )
    note = said(told, expected=f"{float(row['expected']):.1f}", **places)
    return {
        "says": " · ".join(names.get(code, code) for code in codes),
        "words": said(N_("%(wins)s wins of %(draws)s draws"), wins=row["wins"], draws=row["draws"]),
        "value": row["wins"],
        "mark": float(row["expected"]),
        "note": sentences((note, said(N_("It stands out.")) if row["stands_out"] else "")),
    }


def _file(text: str, name: str) -> Response:
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
