"""Questions to `due`: good ones by chance, with an independent slow answer, and odd ones of every kind."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

HERE = timezone(timedelta(hours=8))
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ROWS = csv.DictReader((Path(__file__).parents[2] / "data/calendar.csv").read_text(encoding="utf-8").splitlines())
EXCEPTIONS = {date.fromisoformat(row["day"]): row["working"] == "1" for row in ROWS}
LAST_YEAR = max(EXCEPTIONS).year
# The minutes of a working day, from midnight: 9 to 12 and 15 to 18 o'clock.
WORKED = [*range(9 * 60, 12 * 60), *range(15 * 60, 18 * 60)]
OFFSETS = [timezone(timedelta(minutes=minutes)) for minutes in (480, 0, -330, 840, -720, 345)]


def works(day: date) -> bool:
    return EXCEPTIONS.get(day, day.weekday() < 5)


@dataclass(frozen=True)
class Question:
    start: date
    days: int
    pauses: list[tuple[datetime, datetime]]

    def line(self) -> str:
        pauses = [[one.isoformat(), other.isoformat()] for one, other in self.pauses]
        asked: dict[str, Any] = {"start": self.start.isoformat(), "days": self.days}
        return json.dumps(asked | ({"pauses": pauses} if pauses else {}))


@dataclass(frozen=True)
class Slow:
    """The answer, day by day and minute by minute."""

    due: date
    excluded: int
    kinds: list[tuple[date, str, bool]]


def slowly(question: Question) -> Slow:
    minutes = sum(excluded_minutes(question, day) for day in days_of(question))
    excluded = (minutes + len(WORKED) // 2) // len(WORKED)
    day, left, kinds = question.start, question.days + excluded, []
    while left:
        day += DAY
        left -= works(day)
        off = "holiday" if day in EXCEPTIONS else "weekend"
        kinds.append((day, "worked" if works(day) else off, works(day) and day.weekday() >= 5))
    return Slow(day, excluded, kinds)


def days_of(question: Question) -> Iterator[date]:
    """Every day on which some pause may exclude something: from the day after the start."""
    if not question.pauses:
        return
    first = max(question.start + DAY, min(start for start, _ in question.pauses).astimezone(HERE).date())
    last = max(end for _, end in question.pauses).astimezone(HERE).date()
    while first <= last:
        yield first
        first += DAY


def excluded_minutes(question: Question, day: date) -> int:
    if not works(day):
        return 0
    midnight = datetime.combine(day, time(), HERE)
    instants = [midnight + minute * MINUTE for minute in WORKED]
    return sum(any(start <= instant < end for start, end in question.pauses) for instant in instants)


def questions(count: int, chance: Random) -> Iterator[Question]:
    """By chance: short and long, with pauses that overlap, touch, lie before the start or beyond the due day."""
    for _ in range(count):
        start = date(2019, 1, 1) + chance.randrange(3100) * DAY
        days = chance.choice((1, 1, 2, 3, 5, 5, 5, 10, 20, 60))
        yield Question(start, days, [a_pause(start, chance) for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 4)))])


def a_pause(start: date, chance: Random) -> tuple[datetime, datetime]:
    begins = datetime.combine(start, time(), HERE) + chance.randrange(-5 * 1440, 15 * 1440) * MINUTE
    length = chance.choice((0, 1, 59, 180, 181, 360, 1440, 3 * 1440, 10 * 1440)) + chance.choice((0, 0, 1, 17))
    return begins.astimezone(chance.choice(OFFSETS)), (begins + length * MINUTE).astimezone(chance.choice(OFFSETS))


# --- odd ones ---------------------------------------------------------------------------------------------------------

GOOD = {"start": "2026-09-28", "days": 5}
AT, END = "2026-09-29T10:00+08:00", "2026-10-09T10:00+08:00"
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 5, 5.0, 0.5, 1e300, 10**17, 10**18, 10**400, -(10**400), "", " ", "5", "５", "five",
    "2026-09-28", "2026-9-28", "２０２６-09-28", "2026-13-01", "2026-02-30", "0000-01-01", "1900-01-01", "2003-12-31",
    "2004-01-01", "2999-12-31", "9999-12-31", "10000-01-01", "-2026-09-28", "2026-W40-1", "20260928",
    "2026-09-28T00:00", "\x00", "\u2028", "x" * 100_000, [], [[]], {}, {"day": 1}, [1, 2], ["2026-09-28"],
]  # fmt: skip
PAUSES: list[Any] = [
    [[AT]], [[AT, AT, AT]], [[AT, None]], [[AT, 1]], [[1, 2]], [AT, END], [[END, AT]], [["", ""]], [["now", "then"]],
    [["2026-09-29T10:00", END]], [[AT, "2026-10-09"]], [["2026-09-29", "2026-10-09"]], [[AT, "2026-10-09T25:00+08:00"]],
    [["2026-09-29T10:00+25:00", END]], [["2026-09-29T10:00+08:99", END]], [["2026-09-29T10:00+08:00:99", END]],
    [["2026-W40-2T10:00+08:00", END]], [["20260929T1000+0800", END]], [["2026-09-29x10:00+08:00", END]],
    [["2026-09-29T24:00+08:00", END]], [[" 2026-09-29T10:00+08:00", END]], [["2026-09-29T10:00+08:00\n", END]],
    [["0001-01-01T00:00+14:00", END]], [[AT, "9999-12-31T23:59-12:00"]], [["２０２６-09-29T10:00+08:00", END]],
    [[[AT, END]]], {"0": [AT, END]}, [{}, {}],
]  # fmt: skip
LINES = [
    b"", b" ", b"\t", b"\r", b"null", b"[]", b"3", b'"x"', b"{}", b"{", b"}", b"not json", b"NaN", b"-Infinity",
    b'{"start": NaN, "days": 5}', b'{"start": "2026-09-28", "days": Infinity}', b'{"start":"2026-09-28","days":05}',
    b'{"start":"2026-09-28","start":"2026-09-29","days":5}', b'{"start":"2026-09-28","days":5,"days":5}',
    b"{'start': '2026-09-28', 'days': 5}", b'{"start":"2026-09-28","days":5,}', b'{"start":"2026-09-28" "days":5}',
    b'{"start":"2026-09-28","days":5} {"start":"2026-09-28","days":5}', b'{"start":"2026-09-28","days":5,"x":1}',
    b'{"start":"2026-09-28","days":5,"Pauses":[]}', b'{"start":"2026-09-28","days":1e999}', b'{"days":5}',
    b'{"start":"2026-09-28"}', b"[" * 50_000, b'{"start":' * 50_000, b'{"start":"2026-09-28","days":' + b"9" * 50_000,
    b"\xff\xfe{\x00}\x00", b'{"start":"\xff","days":5}', b'{"start":"\xed\xa0\x80","days":5}',
    b'{"start":"\\ud800","days":5}', b"\xef\xbb\xbf\xef\xbb\xbf{}", "｛＂start＂：5｝".encode(),
    b'\x00{"start":"2026-09-28","days":5}', b"a" * 1_000_000,
]  # fmt: skip


def odd_lines() -> list[bytes]:
    """Lines of which none is a question."""
    good_starts, good_days = {"2026-09-28", "2004-01-01"}, {1, 5}
    changed = [GOOD | {"start": value} for value in VALUES if not (isinstance(value, str) and value in good_starts)]
    changed += [GOOD | {"days": value} for value in VALUES if not (type(value) is int and value in good_days)]
    changed += [GOOD | {"pauses": value} for value in [*VALUES, *PAUSES] if value != []]
    return [*LINES, *(json.dumps(one).encode() for one in changed)]
