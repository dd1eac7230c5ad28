"""The open data of the selections, and the fairness report made from it: both follow from the transcripts alone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Unit
from app.catalogue.models import Item
from app.infra.db import Row, session
from app.jobs.models import Job
from app.kernel import fairness
from app.selections.models import Selection


class OpenLine(Row):
    """A selection's line in the open data, canonical JSON as docs/protocols/fairness.md has it."""

    selection_id: Mapped[int] = mapped_column(ForeignKey(Selection.id), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    line: Mapped[str] = mapped_column(Text)


class FairnessReport(Row):
    """The report on all open lines of that instant. There is one, made anew when selections were made."""

    made_at: Mapped[datetime]
    report: Mapped[dict[str, Any]]


def open_lines() -> list[str]:
    """The lines of all selections, in the order of the job's number."""
    rows = session.execute(select(OpenLine.number, OpenLine.line)).all()
    return [row.line for row in sorted(rows, key=lambda row: row.number)]


def selections_without_line() -> Select[Any]:
    """(selection id, job id, its number, item code, owner, transcript) of each selection that has no line yet."""
    return (
        select(Selection.id, Job.id, Job.number, Item.code, Unit, Selection.transcript)
        .join(Job, Selection.job_id == Job.id)
        .join(Item, Job.item_id == Item.id)
        .join(Unit, Job.owner_id == Unit.id)
        .outerjoin(OpenLine, OpenLine.selection_id == Selection.id)
        .where(OpenLine.id.is_(None))
        .order_by(Selection.id)
    )


def published_report() -> FairnessReport | None:
    return session.scalar(select(FairnessReport).order_by(FairnessReport.id).limit(1))


def public_code(owner: Any) -> str:
    """The code of an owner in the open data: a natural person's identity number is not for the public."""
    return f"natural-{owner.id}" if owner.natural else owner.code


def names_of(report: dict[str, Any], shown: int) -> dict[str, str]:
    """The names behind the codes of the first rows of each table, in two statements."""
    rows = [row for table in fairness.TABLES for row in report["tables"][table][:shown]]
    codes = {code for row in rows for code in (row["agency"], row["about"]) if code}
    return _names(Unit.code, Unit.name, codes) | _names(Item.code, Item.name, codes)


def _names(code: Any, name: Any, codes: Iterable[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in session.execute(select(code, name).where(code.in_(codes)))}
