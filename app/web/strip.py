"""A ledger as people read it: the strip of days on a page, and the table with every day's reason and source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from app.kernel.service_clock import Ledger, LedgerDay
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.web.dates import cell, day, span, today
from app.web.said import said

COUNTED, PAUSED, BLACKOUT = "counted", "paused", "blackout"
KINDS = {
    COUNTED: N_("counted"),
    PAUSED: N_("clock stopped"),
    BLACKOUT: N_("put off: nobody could act"),
    "weekend": N_("weekend"),
    "holiday": N_("holiday"),
}
DELIVERED, SEP = N_("delivered"), "·"


@dataclass(frozen=True)
class Cell:
    """One cell of the strip or one line of the table; look is its CSS classes."""

    day: str
    number: str
    why: str
    look: str
    today: bool
    source: str = ""


def strip(ledger: Ledger, start: str = "", delivered: datetime | None = None) -> list[Cell]:
    """Day zero, then a cell for each working day, and one for each run of days off. Days are used up to today, or up to
    the first delivery; one past the due day has a cell of its own."""
    now, done = today(), local_day(delivered) if delivered else None
    looks, says = _marks(ledger.start, ledger.start, now, done)
    why = SEP.join([start or said(N_("materials complete")), *(says if done else ())])
    cells = [Cell(cell(ledger.start), said(N_("start")), why, " ".join(["off", *looks]), "today" in looks)]
    number = 0
    for _, run in groupby(ledger.rows, key=_run):
        rows = list(run)
        if rows[0].kind == COUNTED:
            number += 1
            cells.append(_counted(ledger, rows[0], number, now, done))
        else:
            cells.append(_off(rows, now, done))
    if done and done > ledger.due:
        cells.append(Cell(cell(done), "–", said(DELIVERED), "late", False))
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


def _marks(first: date, last: date, now: date, done: date | None) -> tuple[list[str], list[str]]:
    """Looks and words of the cell of these days: today's until the delivery, then that of the delivery."""
    if not first <= (done or now) <= last:
        return [], []
    return (["done"], [said(DELIVERED)]) if done else (["today"], [said(N_("today"))])


def _counted(ledger: Ledger, row: LedgerDay, number: int, now: date, done: date | None) -> Cell:
    looks, says = _marks(row.day, row.day, now, done)
    is_due = row.day == ledger.due
    reasons = [said(N_("make-up day"))] if row.makeup else []
    reasons += [said(N_("due"))] if is_due else []
    usual = N_("not used") if done and row.day > done else KINDS[COUNTED]
    why = SEP.join(reasons + says) or said(usual)
    look = (["used"] if row.day <= (done or now) else []) + (["due"] if is_due else []) + looks
    return Cell(cell(row.day), str(number), why, " ".join(look), "today" in looks)


def _off(rows: list[LedgerDay], now: date, done: date | None) -> Cell:
    first, last = rows[0].day, rows[-1].day
    alone = rows[0].kind in (PAUSED, BLACKOUT)
    kind = rows[0].kind if alone else "holiday" if "holiday" in {row.kind for row in rows} else "weekend"
    label = cell(first) if first == last else span(first, last)
    looks, says = _marks(first, last, now, done)
    why = SEP.join([said(KINDS[kind]), *(says if done else ())])
    return Cell(label, "–", why, " ".join(["paused" if kind == PAUSED else "off", *looks]), "today" in looks)


def _run(row: LedgerDay) -> tuple[str, date | None]:
    if row.kind == COUNTED:
        return COUNTED, row.day
    return (row.kind if row.kind in (PAUSED, BLACKOUT) else "off"), None


def _why(row: LedgerDay) -> str:
    why = said(KINDS[row.kind])
    return f"{why}（{said(N_('make-up day'))}）" if row.makeup else why
