"""One line of JSON in, a due day and its ledger out: the service clock for machines and for anyone who checks it."""

import json
import re
from datetime import date, datetime
from typing import Any

from app.kernel.service_clock import Hours, Ledger, Pause, ledger
from app.kernel.workdays import Calendar

MOST_DAYS = 3650
MOST_DIGITS = 18
KEYS = ("start", "days", "pauses")

# 2026-09-29T10:00+08:00, also with seconds, without an offset (refused with what to add), or with only a day.
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?"
)


def due_answer(calendar: Calendar, hours: Hours, text: str) -> dict[str, Any]:
    """The answer to one line {"start": "2026-09-28", "days": 5, "pauses": [["2026-09-29T10:00+08:00", "..."]]}.

    Start is day zero, the day the materials became complete; pauses may be left out. Gives {"due", "provisional",
    "ledger": [{"day", "kind", "makeup", "source"}]}, or {"error"} saying what to mend for anything else; never raises.
    """
    try:
        start, days, pauses = _read(text)
        return _written(ledger(calendar, hours, start, days, pauses))
    except OverflowError:
        return {"error": "a date is out of reach: use years that the calendar knows"}
    except RecursionError:
        return {"error": "the line is nested too deeply: write one flat JSON object"}
    except ValueError as wrong:
        return {"error": str(wrong)}


def _written(found: Ledger) -> dict[str, Any]:
    return {
        "due": found.due.isoformat(),
        "provisional": found.provisional,
        "ledger": [
            {"day": row.day.isoformat(), "kind": row.kind, "makeup": row.makeup, "source": row.source}
            for row in found.rows
        ],
    }


def _read(text: object) -> tuple[date, int, list[Pause]]:
    asked = _object(text)
    for key in asked:
        if key not in KEYS:
            raise ValueError(f"take out the keys that are not one of {', '.join(KEYS)}")
    for key in ("start", "days"):
        if key not in asked:
            raise ValueError(f'add "{key}", like {{"start": "2026-09-28", "days": 5}}')
    return _start(asked["start"]), _days(asked["days"]), _pauses(asked.get("pauses", []))


def _object(text: object) -> dict[str, Any]:
    if not isinstance(text, str):
        raise ValueError("give one line of text")
    try:
        asked = json.loads(text, object_pairs_hook=_once, parse_int=_whole, parse_constant=_no_constant)
    except json.JSONDecodeError as wrong:
        raise ValueError(f"write one JSON object on the line: {wrong.msg} at character {wrong.pos + 1}") from None
    if not isinstance(asked, dict):
        raise ValueError('write one JSON object on the line, like {"start": "2026-09-28", "days": 5}')
    return asked


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("write each key once")
    return dict(pairs)


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("write smaller numbers")
    return int(digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"write an ordinary number instead of {name}")


def _start(value: object) -> date:
    wrong = ValueError('write start as a day, like "2026-09-28"')
    if not isinstance(value, str) or len(value) != len("2026-09-28"):
        raise wrong
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise wrong from None
    if day.isoformat() != value:  # 2026-W40-1 is a day too, but not one that a reader knows
        raise wrong
    return day


def _days(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MOST_DAYS:
        raise ValueError(f"write days as a whole number from 1 to {MOST_DAYS}")
    return value


def _pauses(value: object) -> list[Pause]:
    if not isinstance(value, list):
        raise ValueError("write pauses as a list of pairs of instants, or leave it out")
    return [_pause(number, pair) for number, pair in enumerate(value, 1)]


def _pause(number: int, pair: object) -> Pause:
    if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(end, str) for end in pair)):
        raise ValueError(f"pause {number}: write two instants, when it starts and when it ends")
    wrong = ValueError(f"pause {number}: write its instants like 2026-09-29T10:00+08:00")
    if not all(_INSTANT.fullmatch(instant) for instant in pair):
        raise wrong
    try:
        start, end = (datetime.fromisoformat(instant) for instant in pair)
    except ValueError:
        raise wrong from None
    try:
        return Pause(start, end)
    except ValueError as wrong:
        raise ValueError(f"pause {number}: {wrong}") from None
