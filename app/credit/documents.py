"""The credit account written out for machines: every event with its dates and points, the sums, the grade."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from app.agencies.bars import Bar, bars_besides, bars_running
from app.agencies.models import Agency
from app.credit.barring import FROM_EVENTS
from app.credit.models import (
    CreditEvent,
    Listed,
    People,
    about,
    account_of,
    bars_on,
    by_professional,
    events_of,
    marks_of,
    number_on,
    public_until,
    scale_days,
    scale_on,
)
from app.kernel import credit
from app.kernel.credit import HUNDRED, Standing

FORMAT, VERSION = "intermediary-supermarket-credit", 2
Say = Callable[..., str]
FORMULAS = ("=", "+", "-", "@", "\t")
COLUMNS = (
    "code", "name", "event", "rule", "zh", "en", "item", "item_name", "professional", "points", "counts", "happened_on",
    "effective_on", "public_until", "repaired_on", "evidence", "statement", "basis", "mark",
)  # fmt: skip


def explained(agency: Agency, day: date, say: Say) -> dict[str, Any]:
    """Why an agency stands on a day as it does: all its events, whatever became of them, the oldest first."""
    events = events_of(agency.id)[::-1]
    mine = by_professional(events)
    everywhere = about(mine)
    until = public_until(events, day, everywhere)
    return {
        "code": agency.unit.code,
        "name": agency.unit.name,
        "day": day.isoformat(),
        **account_lines(events, day),
        "professionals": [
            {"number": one, "name": first.professional_name} | account_lines(everywhere[one], day)
            for one, (first, *_) in mine.items()
        ],
        "events": [event_line(event, day, until.get(event.id), say) | {"state": event.state} for event in events],
        "bars": [_bar(bar, say) for bar in bars_running(day, agency.id)],
        "scale": asdict(scale_on(day)),
    }


def open_list(rows: Iterable[Listed], day: date, say: Say) -> dict[str, Any]:
    """The credit list of a day, with the numbers by which its sums, grades and bars are recomputed."""
    rows = list(rows)
    people = by_professional(event for row in rows for event in row.events)
    return {
        "format": FORMAT,
        "version": VERSION,
        "day": day.isoformat(),
        "scales": [_scale_line(since) for since in scale_days(day)],
        "agencies": [
            {
                "code": row.agency.unit.code,
                "name": row.agency.unit.name,
                **account_lines(row.events, day),
                "events": list(_event_lines(row, day, people, say)),
            }
            for row in rows
        ],
        "professionals": [{"number": number} | account_lines(mine, day) for number, mine in sorted(people.items())],
        "barred": [
            {"code": unit.code, "name": unit.name} | _bar(bar, say) for bar, unit in bars_besides(day, FROM_EVENTS)
        ],
    }


def open_table(rows: Iterable[Listed], day: date, say: Say) -> str:
    """The published events of a day as CSV, one a line."""
    rows, text = list(rows), io.StringIO()
    people = by_professional(event for row in rows for event in row.events)
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for row in rows:
        firm = {"code": row.agency.unit.code, "name": row.agency.unit.name}
        for told in _event_lines(row, day, people, say):
            line = firm | told
            table.writerow(_cell(line[name]) for name in COLUMNS)
    return text.getvalue()


def _event_lines(row: Listed, day: date, people: People, say: Say) -> Iterator[dict[str, Any]]:
    """The published events of an agency, written out."""
    until = public_until(row.events, day, people)
    return (event_line(event, day, until[event.id], say) for event in row.events)


def event_line(event: CreditEvent, day: date, until: date | None, say: Say) -> dict[str, Any]:
    """One event with its dates, what it counts for on a day, until when it is published, and where its points come
    from."""
    marks = marks_of([event])
    return {
        "event": event.id,
        "rule": event.rule.code,
        "zh": event.rule.zh,
        "en": event.rule.en,
        "item": event.item.code if event.item else None,
        "item_name": event.item.name if event.item else None,
        "job": event.job.number if event.job else None,
        "professional": event.professional or None,
        "fraud": event.rule.fraud,
        "points": event.points,
        "counts": points(credit.total(marks, day, scale_on(day))),
        "happened_on": event.happened_on.isoformat(),
        "effective_on": event.effective_on.isoformat() if event.effective_on else None,
        "public_until": until.isoformat() if until else None,
        "repaired_on": event.repaired_on.isoformat() if event.repaired_on else None,
        "evidence": say(event.evidence, **event.numbers),
        "statement": event.statement,
        "basis": event.rule.basis,
        "mark": event.rule.mark,
    }


def _bar(bar: Bar, say: Say) -> dict[str, Any]:
    days = {"first": bar.first_day.isoformat(), "last": bar.last_day.isoformat()}
    return {"item": bar.item.code if bar.item else None, **days, "because": say(bar.says), "detail": bar.detail}


def account_lines(events: Iterable[CreditEvent], day: date) -> dict[str, Any]:
    """How an agency or a professional with these events stands on a day: over all, by service type, and what bars."""
    events = list(events)
    account = account_of(events, day)
    spans = sorted((bar.first, bar.item or "", bar.last) for bar in bars_on(events, day))
    return {
        **standing_line(account.overall),
        "items": [{"item": item} | standing_line(one) for item, one in account.items.items()],
        "bars": [{"item": item or None, "first": str(first), "last": str(last)} for first, item, last in spans],
    }


def _scale_line(since: date) -> dict[str, Any]:
    publication = number_on("credit_publication", since)
    return {"from": since.isoformat(), **asdict(scale_on(since)), "publication": publication}


def standing_line(standing: Standing) -> dict[str, Any]:
    until = standing.until.isoformat() if standing.until else None
    return {"sum": points(standing.sum), "grade": str(standing.grade), "until": until}


def counts_until(event: CreditEvent, day: date) -> date:
    """The last day on which an event in effect counts, by the numbers in force on a day."""
    (mark,) = marks_of([event])
    return credit.last_day(mark, scale_on(day).window)


def points(hundredths: int) -> int | float:
    """Points as a number people write: 5.5, and 6 without a fraction."""
    return hundredths // HUNDRED if hundredths % HUNDRED == 0 else hundredths / HUNDRED


def _cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULAS) else text
