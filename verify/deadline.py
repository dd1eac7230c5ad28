"""Recompute a due day and its ledger (docs/protocols/deadline.md): python deadline.py RECORD.json CALENDAR.json

Needs Python 3.10 or later and nothing else. Exit 0 when all holds, 1 with the first thing that does not, 2 for a file
that is no such record or calendar. Compare yourself with what both sides signed: start, days and what was agreed since.
"""

import json
import sys
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

HERE, DAY = timezone(timedelta(hours=8)), timedelta(days=1)
WEEK_RULE = "《国务院关于职工工作时间的规定》（国务院令第174号）第七条"
FIELDS = {
    *"alterations as_of calendar days delivered_at due excluded_days excluded_seconds first_due format held".split(),
    *"hours in_time job ledger pauses provisional start".split(),
}


def need(holds, reason):
    if not holds:
        raise ValueError(reason)


def half_up(top, bottom):
    return (2 * top + bottom) // (2 * bottom)


def instant(text):
    found = datetime.fromisoformat(text)
    need(found.tzinfo is not None, f"{text} has no time zone")
    return found.astimezone(HERE)


def worked(day, known):
    return known[day]["working"] if day in known else day.weekday() < 5


def line_of(day, known, paused, late, shut):
    """A day of the ledger; `late` when it comes after the last that counts, which was `shut` then."""
    row, works = known.get(day), worked(day, known)
    source = ((late and works and shut.get(day)) or row or {"source": WEEK_RULE})["source"]
    kind = ("blackout" if late else "paused" if paused else "counted") if works else "holiday" if row else "weekend"
    return {"day": str(day), "kind": kind, "makeup": works and day.weekday() >= 5, "source": source}


def stretches(record):
    """The pauses and suspensions that count, cut where they overlap, from the day after the start."""
    reached = datetime.combine(date.fromisoformat(record["start"]) + DAY, time(), HERE)
    spans, as_of = [], instant(record["as_of"])
    for one in record["pauses"]:
        need(one["state"] in ("counted", "running", "vetoed"), f"a pause is {one['state']}")
        begins, ends = instant(one["start"]), instant(one["end"])
        need(begins <= ends <= as_of, "a pause ends before it starts, or after the record was made")
        if one["state"] != "vetoed":
            spans.append((begins, ends))
    for begins, ends in sorted(spans):
        if ends > reached:
            yield max(begins, reached), ends
            reached = ends


def micros(day, hours, begins=None, ends=None):
    """Microseconds of the working hours of a day, all of them or those within a stretch."""
    total = 0
    for edges in hours:
        opens, closes = (datetime.combine(day, edge, HERE) for edge in edges)
        within = min(closes, ends or closes) - max(opens, begins or opens)
        total += max(within // timedelta(microseconds=1), 0)
    return total


def by_day(record, known, hours):
    """Working microseconds inside the pauses, for each working day they touch."""
    found = {}
    for begins, ends in stretches(record):
        for number in range((ends.date() - begins.date()).days + 1):
            if worked(day := begins.date() + number * DAY, known):
                found[day] = found.get(day, 0) + micros(day, hours, begins, ends)
    return found


def nth(day, count, known):
    while count:
        day += DAY
        count -= worked(day, known)
    return day


def ends(day, known, shut):
    return ends(nth(day, 1, known), known, shut) if day in shut else day


def recomputed(record, calendar):
    """Everything that follows from the start, the days, the pauses, the alterations, the hours and the calendar."""
    known, shut = ({date.fromisoformat(row["day"]): row for row in calendar[name]} for name in ("days", "blackouts"))
    start = date.fromisoformat(record["start"])
    hours = [tuple(time.fromisoformat(edge) for edge in span.split("-")) for span in record["hours"]]
    days, length = record["days"] + sum(one["days"] for one in record["alterations"]), micros(start, hours)
    need(type(record["days"]) is int and record["days"] > 0 and days > 0, "there is not one day left")
    excluded = by_day(record, known, hours)
    whole = half_up(sum(excluded.values()), length)
    day = reached = nth(start, days + whole, known)
    due, paused, running = ends(reached, known, shut), set(), 0
    for each in sorted(excluded):
        before, running = half_up(running, length), running + excluded[each]
        if each <= reached and half_up(running, length) > before:
            paused.add(each)
    while len(paused) < whole:
        paused |= {day} if worked(day, known) else set()
        day -= DAY
    held, delivered = date.fromisoformat(record["held"] or str(due)), record["delivered_at"]
    need(record["held"] is None or held > due, "the day that is held to is not after the due day")
    days = [start + number * DAY for number in range(1, (due - start).days + 1)]
    return {
        "first_due": str(ends(nth(start, record["days"], known), known, shut)),
        "excluded_seconds": sum(excluded.values()) // 10**6,
        "excluded_days": whole,
        "due": str(due),
        "provisional": due.year > calendar["last_year"],
        "ledger": [line_of(day, known, day in paused, day > reached, shut) for day in days],
        "in_time": None if delivered is None else instant(delivered) < datetime.combine(held + DAY, time(), HERE),
    }


def judge(record_path, calendar_path):
    try:
        record, calendar = (json.loads(Path(path).read_text("utf-8")) for path in (record_path, calendar_path))
        for told, wanted in ((record, "deadline/1"), (calendar, "calendar/1")):
            need(isinstance(told, dict) and told.get("format") == wanted, f"the format is not {wanted}")
    except (OSError, RecursionError, ValueError) as error:
        return 2, f"These files are no record and calendar: {error}"
    try:
        need(set(record) == FIELDS, "a field is missing or does not belong: " + ", ".join(sorted(set(record) ^ FIELDS)))
        for named in ([row["day"] for row in calendar[name]] for name in ("days", "blackouts")):
            need(named == sorted(set(named)), "the days of the calendar are not in order, each once")
        need(record["calendar"] == calendar["revision"], "the record is of another calendar: save both once more")
        for name, value in recomputed(record, calendar).items():
            pair = record[name], value
            for told, follows in [*zip(*pair, strict=False), map(len, pair)] if name == "ledger" else [pair]:
                same = json.dumps(told, sort_keys=True) == json.dumps(follows, sort_keys=True)
                need(same, f"{name} does not follow: it is {told}, and {follows} was recomputed")
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return 1, f"It does not hold: {error}"
    return 0, "All holds: the due day, every day of the ledger, and whether it was delivered in time."


if __name__ == "__main__":
    code, says = judge(*sys.argv[1:]) if len(sys.argv) == 3 else (2, __doc__)
    sys.exit(print(says.encode(errors="backslashreplace").decode()) or code)
