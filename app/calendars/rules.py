"""The law of the calendar: who may say that a day is worked or not, and how a notice comes into force."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from app.kernel.law import Lifecycle, Turn, in_state, step, the_operator
from app.kernel.typed_lines import Wrong, read_day
from app.kernel.words import N_
from app.kernel.workdays import Word

FIRST_YEAR, LAST_YEAR = 2004, 2050
MOST_LINES, LONGEST_NAME = 400, 60
COLUMNS = 3
HEADS = ("day", "日期")  # how a line with the names of the columns begins
MEANT = {"1": True, "班": True, "0": False, "休": False}


class NoticeState(StrEnum):
    DRAFT = "draft"
    APPLIED = "applied"
    DROPPED = "dropped"


KINDS = {
    Word.NATIONAL: N_("national notice"),
    Word.REGIONAL: N_("notice of the region"),
    Word.CLOSURE: N_("local closure"),
    Word.BLACKOUT: N_("blackout of the platform"),
}

# fmt: off
LIFE = Lifecycle("calendar_notice", N_("calendar notice"), {
        NoticeState.DRAFT:   N_("not in force yet"),
        NoticeState.APPLIED: N_("in force"),
        NoticeState.DROPPED: N_("dropped, without effect"),
    },
    step("apply", N_("Put it into force"), NoticeState.DRAFT, NoticeState.APPLIED, the_operator),
    step("drop",  N_("Drop it"),           NoticeState.DRAFT, NoticeState.DROPPED, the_operator),
    page="calendars",
    turns={
        NoticeState.DRAFT: Turn(the_operator, N_("See what it changes and put it into force"), "calendars.show"),
    },
)

MAY_READ = the_operator | in_state(NoticeState.APPLIED)
MAY_ENTER = the_operator
MAY_EDIT = the_operator & in_state(NoticeState.DRAFT)
# fmt: on

in_draft, is_applied = in_state(NoticeState.DRAFT), in_state(NoticeState.APPLIED)


@dataclass(frozen=True)
class Line:
    """What a notice says of one day. In a blackout a day that is not `working` is one on which nobody can act."""

    day: date
    working: bool
    name: str


def read_lines(text: str) -> tuple[list[Line], list[Wrong]]:
    """The days typed or imported, one a line like 2027-02-06,0,春节, and what must be mended, line by line. A line with
    the names of the columns is passed over."""
    lines: list[Line] = []
    wrong: list[Wrong] = []
    seen: dict[date, int] = {}
    for number, cells in _cells(text):
        found = _line(number, cells)
        if isinstance(found, Wrong):
            wrong.append(found)
        elif found.day in seen:
            says = N_("Line %(n)s: %(day)s stands in line %(other)s already. Keep one of them.")
            wrong.append(Wrong(says, {"n": number, "day": found.day.isoformat(), "other": seen[found.day]}))
        else:
            seen[found.day] = number
            lines.append(found)
    if not lines and not wrong:
        wrong.append(Wrong(N_("Enter at least one day.")))
    if len(lines) > MOST_LINES:
        wrong.append(Wrong(N_("A notice has at most %(most)s days. Divide it."), {"most": MOST_LINES}))
    return sorted(lines, key=lambda line: line.day), wrong


def as_text(lines: Iterable[Any]) -> str:
    """Lines as they are typed."""
    return "\n".join(f"{line.day.isoformat()},{int(line.working)},{line.name}" for line in lines)


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, typed in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        plain = typed.replace("，", ",").replace("\t", ",")
        cells = [cell.strip().strip('"').strip() for cell in plain.split(",", 2)]
        if any(cells) and cells[0].lower() not in HEADS:
            yield number, cells


def _line(number: int, cells: list[str]) -> Line | Wrong:
    if len(cells) != COLUMNS:
        says = N_("Line %(n)s: write the day, 0 or 1, and the name, with commas between, like 2027-02-06,0,春节.")
        return Wrong(says, {"n": number})
    working, name = normalize("NFKC", cells[1]), cells[2]
    try:
        day = read_day(cells[0])
    except ValueError:
        return Wrong(N_("Line %(n)s: write a day that exists, like 2027-02-06."), {"n": number})
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        places = {"n": number, "first": FIRST_YEAR, "last": LAST_YEAR}
        return Wrong(N_("Line %(n)s: choose a day of the years %(first)s to %(last)s."), places)
    if working not in MEANT:
        return Wrong(N_("Line %(n)s: write 1 for a day that is worked and 0 for one that is not."), {"n": number})
    if not name or len(name) > LONGEST_NAME:
        places = {"n": number, "most": LONGEST_NAME}
        return Wrong(N_("Line %(n)s: name the day in at most %(most)s characters, like 春节."), places)
    return Line(day, MEANT[working], name)
