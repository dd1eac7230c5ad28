"""A ledger as people read it: the strip of days on a page, and the table with every day's reason and source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.kernel.service_clock import Ledger, LedgerDay
from app.kernel.words import N_
from app.web.dates import cell, day, span, today
from app.web.said import said

COUNTED, PAUSED, BLACKOUT = "counted", "paused", "blackout"
KINDS = {
    COUNTED: N_("counted"),
    PAUSED: N_("paused"),
    BLACKOUT: N_("put off: nobody could act"),
    "weekend": N_("weekend"),
    "holiday": N_("holiday"),
}


@dataclass(frozen=True)
class Cell:
    """One cell of the strip or one line of the table; look is its CSS classes."""

    day: str
    number: str
    why: str
    look: str
    today: bool
    source: str = ""


def strip(ledger: Ledger, start: str = "", until: date | None = None) -> list[Cell]:
    """Day zero, then a cell for each working day, and one for each run of days off. No day after `until` is used."""
    zero, now = cell(ledger.start), today()
    last = min(until or now, now)
    cells = [Cell(zero, said(N_("start")), start or said(N_("materials complete")), "off", ledger.start == now)]
    number = 0
    for _, run in groupby(ledger.rows, key=_run):
        rows = list(run)
        if rows[0].kind == COUNTED:
            number += 1
            cells.append(_counted(ledger, rows[0], number, now, last))
        else:
            cells.append(_off(rows, now))
    return cells


def lines(ledger: Ledger) -> Iterator[Cell]:
    """Every day after the start, with the number it counts as, its reason and its source."""
    number, now = 0, today()
    for row in ledger.rows:
        number += row.kind == COUNTED
        count = str(number) if row.kind == COUNTED else "–"
        look = "used" if row.kind == COUNTED else "paused" if row.kind == PAUSED else "off"
        if row.day == ledger.due:
            look += " due"
        yield Cell(day(row.day), count, _why(row), look, row.day == now, row.source)


def _counted(ledger: Ledger, row: LedgerDay, number: int, now: date, last: date) -> Cell:
    is_today, is_due = row.day == now, row.day == ledger.due
    looks = ["used"] if row.day <= last else []
    looks += ["today"] if is_today else []
    looks += ["due"] if is_due else []
    reasons = [said(N_("make-up day"))] if row.makeup else []
    reasons += [said(N_("due"))] if is_due else []
    reasons += [said(N_("today"))] if is_today else []
    why = "·".join(reasons) or said(KINDS[COUNTED])
    return Cell(cell(row.day), str(number), why, " ".join(looks), is_today)


def _off(rows: list[LedgerDay], now: date) -> Cell:
    first, last = rows[0].day, rows[-1].day
    alone = rows[0].kind in (PAUSED, BLACKOUT)
    kind = rows[0].kind if alone else "holiday" if "holiday" in {row.kind for row in rows} else "weekend"
    label = cell(first) if first == last else span(first, last)
    look = "paused" if kind == PAUSED else "off"
    is_today = first <= now <= last
    return Cell(label, "–", said(KINDS[kind]), look + (" today" if is_today else ""), is_today)


def _run(row: LedgerDay) -> tuple[str, date | None]:
    if row.kind == COUNTED:
        return COUNTED, row.day
    return (row.kind if row.kind in (PAUSED, BLACKOUT) else "off"), None


def _why(row: LedgerDay) -> str:
    why = said(KINDS[row.kind])
    return f"{why}（{said(N_('make-up day'))}）" if row.makeup else why
