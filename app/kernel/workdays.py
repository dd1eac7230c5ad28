"""The working-day calendar: which days people work, and which day is so many working days away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Shanghai")
WEEK_RULE = "《国务院关于职工工作时间的规定》（国务院令第174号）第七条"
YEARS_AHEAD = 30
SATURDAY = 5


class Word(StrEnum):
    """Who says what a day is: the State Council, the region, the city that closes, or the operator whose platform is
    down (blackout: nobody can act on that day, which counts otherwise as it does)."""

    NATIONAL = "national"
    REGIONAL = "regional"
    CLOSURE = "closure"
    BLACKOUT = "blackout"


@dataclass(frozen=True)
class Exceptional:
    """One day that differs from its weekday: a holiday (not working) or a make-up working day (调休补班)."""

    day: date
    working: bool
    name: str
    source: str


@dataclass(frozen=True)
class Described:
    """What a day is and why; kind is working, makeup, weekend or holiday."""

    day: date
    working: bool
    kind: str
    name: str
    source: str


class Calendar:
    """Exceptional days over the plain week; reaches from first_year to 30 years past last_year.

    first_year and last_year are the published years, both included: State Council notices name each year's holidays
    and make-up days. Later years are Monday to Friday (WEEK_RULE) and provisional. Raises ValueError for two rows
    on one day, for a row out of reach, and in every question about a day out of reach.
    On the days of `blackouts` nobody can act: a deadline that would end on one ends on the next working day.
    """

    def __init__(
        self,
        exceptions: Iterable[Exceptional],
        first_year: int,
        last_year: int,
        revision: int = 0,
        blackouts: Mapping[date, Exceptional] | None = None,
    ) -> None:
        if not 1 <= first_year <= last_year <= 9999 - YEARS_AHEAD:
            raise ValueError(f"the published years {first_year} to {last_year} are no range: give the earlier first")
        self.first_year, self.last_year, self.revision = first_year, last_year, revision
        self.blackouts = dict(blackouts or {})
        self.first_day, self.last_day = date(first_year, 1, 1), date(last_year + YEARS_AHEAD, 12, 31)
        self._exceptions: dict[date, Exceptional] = {}
        for row in exceptions:
            if row.day in self._exceptions:
                raise ValueError(f"{row.day} stands in the calendar twice: keep one row for it")
            if not self.first_day <= row.day <= self.last_day:
                raise self._out_of_reach(row.day)
            self._exceptions[row.day] = row
        self._base = self.first_day.toordinal()
        self._working = [
            self._works(date.fromordinal(number)) for number in range(self._base, self.last_day.toordinal() + 1)
        ]
        self._worked: list[int] = []  # working days from the first day to this one, both included
        self._workdays: list[date] = []
        for number, working in enumerate(self._working, self._base):
            if working:
                self._workdays.append(date.fromordinal(number))
            self._worked.append(len(self._workdays))

    @property
    def exceptions(self) -> list[Exceptional]:
        """The days that differ from their weekday, in order."""
        return [self._exceptions[day] for day in sorted(self._exceptions)]

    def is_working(self, day: date) -> bool:
        return self._working[self._place(day)]

    def add(self, day: date, n: int) -> date:
        """The n-th working day after day, before it when n is negative; day itself, working or not, when n is 0."""
        if not n:
            self._place(day)
            return day
        place = day.toordinal() - self._base
        if place < 0 or place >= len(self._worked):
            raise self._out_of_reach(day)
        reached = self._worked[place] + n - 1
        if n < 0 and not self._working[place]:
            reached += 1
        if reached < 0 or reached >= len(self._workdays):
            raise ValueError(
                f"{n} working days from {day} lie outside the calendar, {self.first_day} to {self.last_day}: "
                "use fewer days, or import the missing years"
            )
        return self._workdays[reached]

    def between(self, a: date, b: date) -> int:
        """Working days after a up to and including b; negative when b is before a."""
        return self._worked[self._place(b)] - self._worked[self._place(a)]

    def describe(self, day: date) -> Described:
        """Why day is worked or not: its notice when it is exceptional, WEEK_RULE when it is not."""
        working = self.is_working(day)
        row = self._exceptions.get(day)
        weekend = day.weekday() >= SATURDAY
        if row is None:
            return Described(day, working, "weekend" if weekend else "working", "", WEEK_RULE)
        kind = ("makeup" if weekend else "working") if working else "holiday"
        return Described(day, working, kind, row.name, row.source)

    def provisional(self, day: date) -> bool:
        """Whether day lies past the last published year, so that a later notice may change it."""
        return day.year > self.last_year

    def deadline(self, now: datetime, n: int) -> datetime:
        """The aware UTC instant at which the n-th working day after now's Shanghai date has ended: exclusive."""
        return self.deadline_from(local_day(now), n)

    def deadline_from(self, day: date, n: int) -> datetime:
        """The same, counted from a Shanghai day."""
        return _end_of(self.ends(self.add(day, n)))

    def ends(self, day: date) -> date:
        """The day on which a deadline ends that is counted to this day: a later one when it is a blackout."""
        while day in self.blackouts:
            day = self.add(day, 1)
        return day

    def days_left(self, now: datetime, due: datetime) -> int:
        """Working days after today up to the due day: 0 when due today, negative when that many were overrun.

        A due day just gone with only days off since is also 0: whether it is overdue is for `now >= due` to say.
        """
        return self.between(local_day(now), due_day(due))

    def _works(self, day: date) -> bool:
        row = self._exceptions.get(day)
        return row.working if row else day.weekday() < SATURDAY

    def _place(self, day: date) -> int:
        place = day.toordinal() - self._base
        if 0 <= place < len(self._worked):
            return place
        raise self._out_of_reach(day)

    def _out_of_reach(self, day: date) -> ValueError:
        return ValueError(
            f"{day} lies outside the calendar, {self.first_day} to {self.last_day}: "
            "use a day inside it, or import the missing years"
        )


def local_day(instant: datetime) -> date:
    """The Shanghai date of an aware instant; raises ValueError for a naive one."""
    return _local(instant).date()


def due_day(due: datetime) -> date:
    """The last Shanghai day of a deadline that is stored as the exclusive instant at which it ends."""
    return _local(due - timedelta(microseconds=1)).date()


def load_calendar(rows: Iterable[Mapping[str, str]], revision: int = 0) -> Calendar:
    """A calendar from rows with the columns day (2026-10-01), working (0 or 1), name, source.

    The published years are those of the earliest and the latest row. Raises ValueError naming the bad row, the
    first being row 1.
    """
    exceptions = [_exceptional(number, row) for number, row in enumerate(rows, 1)]
    if not exceptions:
        raise ValueError("the calendar has no rows: import at least one year's notice")
    years = [row.day.year for row in exceptions]
    return Calendar(exceptions, min(years), max(years), revision)


def _exceptional(number: int, row: Mapping[str, str]) -> Exceptional:
    cells = {column: (row.get(column) or "").strip() for column in ("day", "working", "name", "source")}
    for column, cell in cells.items():
        if not cell:
            raise ValueError(f"row {number}: fill in the column {column}")
    if cells["working"] not in ("0", "1"):
        raise ValueError(f"row {number}: write 1 for a working day or 0 for a day off, not {cells['working']}")
    try:
        day = date.fromisoformat(cells["day"])
    except ValueError:
        raise ValueError(f"row {number}: write the day like 2026-10-01, not {cells['day']}") from None
    return Exceptional(day, cells["working"] == "1", cells["name"], cells["source"])


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), HERE).astimezone(UTC)


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone: give an aware instant")
    return instant.astimezone(HERE)
