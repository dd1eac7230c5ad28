"""A ledger as people read it: the strip of days on a page, and the table with every day's reason and source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from app.kernel.service_clock import Ledger, LedgerDay
from app.kernel.words import N_
from app.kernel.workdays import HERE, local_day
from app.web.dates import cell, day, left, span, today
from app.web.said import said

COUNTED, PAUSED, BLACKOUT = "counted", "paused", "blackout"
KINDS = {
    COUNTED: N_("counted"),
    PAUSED: N_("clock stopped"),
    BLACKOUT: N_("put off: nobody could act"),
    "weekend": N_("weekend"),
    "holiday": N_("holiday"),
}
SEP = "·"
ALSO = "；"
# Every look that a cell of the strip can have: what the day is, then what happened on it, if anything.
MARKS = ("today", "done", "ended")
DAYS = ("used", "used due", "off", "paused")
LOOKS = ("", "due", *DAYS, *(f"{one} {mark}" for one in (*DAYS, "late") for mark in MARKS))


@dataclass(frozen=True)
class Cell:
    """One cell of the strip or one line of the table; look is its CSS classes."""

    day: str
    number: str
    why: str
    look: str
    today: bool
    source: str = ""


def strip(ledger: Ledger, start: str = "", ended: tuple[str, datetime] | None = None) -> list[Cell]:
    """Day zero, then a cell for each working day, and one for each run of days off. Days are used up to today, or up to
    the instant at which the clock `ended` by what a msgid says. Where that is past the due day it has its own cell."""
    last = _Last(today(), N_("today"), "today")
    if ended:
        last = _Last(local_day(ended[1]), ended[0], "done" if ended[0] == N_("delivered") else "ended")
    looks, says = last.marks(ledger.start, ledger.start)
    why = SEP.join([start or said(N_("materials complete")), *(says if last.told else ())])
    cells = [Cell(cell(ledger.start), said(N_("start")), why, " ".join(["off", *looks]), "today" in looks)]
    number = 0
    for _, run in groupby(ledger.rows, key=_run):
        rows = list(run)
        if rows[0].kind == COUNTED:
            number += 1
            cells.append(_counted(ledger, rows[0], number, last))
        else:
            cells.append(_off(rows, last))
    if last.day > ledger.due:
        over = left(datetime.combine(ledger.due + timedelta(days=1), time(), HERE))
        cells.append(Cell(cell(last.day), "–", last.told or over, f"late {last.look}", not last.told))
    return cells


@dataclass(frozen=True)
class Stop:
    """What stops a clock, in the reader's words: aware instants, no end while it lasts."""

    start: datetime
    end: datetime | None
    says: str

    def touches(self, day: date) -> bool:
        return local_day(self.start) <= day and (self.end is None or day <= local_day(self.end))


def lines(ledger: Ledger, stops: Sequence[Stop] = ()) -> Iterator[Cell]:
    """Every day after the start, with the number it counts as, its reason and its source: of a day on which the clock
    stands still what stops it, and all of that where the day bears the rest of other days."""
    number, now = 0, today()
    for row in ledger.rows:
        number += row.kind == COUNTED
        count = str(number) if row.kind == COUNTED else "–"
        look = "used" if row.kind == COUNTED else "paused" if row.kind == PAUSED else "off"
        if row.day == ledger.due:
            look += " due"
        source = _stopping(row, stops) if row.kind == PAUSED else row.source
        yield Cell(day(row.day), count, _why(row), look, row.day == now, source)


@dataclass(frozen=True)
class _Last:
    """The day up to which days are used: today, or when the clock ended, and what is said of it."""

    day: date
    says: str
    look: str

    @property
    def told(self) -> str:
        """How the clock ended; "" while it runs."""
        return "" if self.look == "today" else said(self.says)

    def marks(self, first: date, last: date) -> tuple[list[str], list[str]]:
        """Looks and words of the cell of these days, if it is among them."""
        return ([self.look], [said(self.says)]) if first <= self.day <= last else ([], [])


def _counted(ledger: Ledger, row: LedgerDay, number: int, last: _Last) -> Cell:
    looks, says = last.marks(row.day, row.day)
    is_due = row.day == ledger.due
    reasons = [said(N_("make-up day"))] if row.makeup else []
    reasons += [said(N_("due"))] if is_due else []
    usual = N_("not used") if last.told and row.day > last.day else KINDS[COUNTED]
    why = SEP.join(reasons + says) or said(usual)
    look = (["used"] if row.day <= last.day else []) + (["due"] if is_due else []) + looks
    return Cell(cell(row.day), str(number), why, " ".join(look), "today" in looks)


def _off(rows: list[LedgerDay], last: _Last) -> Cell:
    begins, ends = rows[0].day, rows[-1].day
    alone = rows[0].kind in (PAUSED, BLACKOUT)
    kind = rows[0].kind if alone else "holiday" if "holiday" in {row.kind for row in rows} else "weekend"
    label = cell(begins) if begins == ends else span(begins, ends)
    looks, says = last.marks(begins, ends)
    names = dict.fromkeys(_name(row) for row in rows if row.kind == kind)
    why = SEP.join([*names, *(says if last.told else ())])
    return Cell(label, "–", why, " ".join(["paused" if kind == PAUSED else "off", *looks]), "today" in looks)


def _run(row: LedgerDay) -> tuple[str, date | None]:
    if row.kind == COUNTED:
        return COUNTED, row.day
    return (row.kind if row.kind in (PAUSED, BLACKOUT) else "off"), None


def _stopping(row: LedgerDay, stops: Sequence[Stop]) -> str:
    touching = [one.says for one in stops if one.touches(row.day)] or [one.says for one in stops]
    return ALSO.join(touching) or row.source


def _name(row: LedgerDay) -> str:
    """What a day is: a day off by the calendar's own word for it."""
    return row.name if row.kind == "holiday" and row.name else said(KINDS[row.kind])


def _why(row: LedgerDay) -> str:
    why = _name(row)
    return f"{why}（{said(N_('make-up day'))}）" if row.makeup else why
