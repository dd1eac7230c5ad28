"""How fast the market is: from the posting to the award and from the start of the clock to the report, what it costs
beside what it cost before, and how often somebody had to come in person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import func, or_, select

from app.catalogue.models import Item, Standard
from app.infra import almanac
from app.infra.db import on_connect, run, session
from app.infra.record import Event
from app.jobs.models import Job
from app.kernel.spread import Spread, spread
from app.kernel.workdays import HERE, local_day

MONTHS = 12
PROMISE = "promise_share"
HELD = timedelta(minutes=10)


@dataclass(frozen=True)
class Share:
    """So many of how many."""

    n: int
    of: int

    @property
    def value(self) -> float | None:
        return self.n / self.of if self.of else None


@dataclass(frozen=True)
class Pace:
    """The figures of a month, of an item or of all jobs. Spreads are of working days, pauses included; each job counts
    in the month of its award, of its first delivery, and of its acceptance.

    `award` from the posting to the award; `service` from day zero of the clock to the first delivery; `compared` the
    same of the jobs whose standard knows the time before the reform, and `baseline` the mean of that time over them;
    `limited` of those whose standard knows the limit of the law, and `statutory` the mean of that. `on_time` of those
    delivered; `fee_cents` of `old_cents`, what the awarded jobs cost and what they cost before the reform, where it is
    known; `half` those awarded whose promised time keeps the policy on the limit of the law, of those it applies to;
    `no_trip` and `one_trip` of those accepted.
    """

    key: str
    name: str
    award: Spread | None
    service: Spread | None
    compared: Spread | None
    limited: Spread | None
    baseline: Fraction | None
    statutory: Fraction | None
    on_time: Share
    fee_cents: int
    old_cents: int
    half: Share
    no_trip: Share
    one_trip: Share

    @property
    def fee(self) -> float | None:
        return self.fee_cents / self.old_cents if self.old_cents else None


@dataclass(frozen=True)
class Speed:
    """The market of the last twelve months, this one included, as counted at an instant: in all, by month, and by item,
    the most used first."""

    at: datetime
    first: date
    last: date
    all: Pace
    months: Sequence[Pace]
    items: Sequence[Pace]


COLUMNS = (
    Item.code, Item.name, Job.published_at, Job.awarded_at, Job.agreed_days, Job.amount_cents, Job.clock_start,
    Job.delivered_at, Job.service_due, Job.accepted_at, Job.trips, Standard.baseline_days, Standard.statutory_days,
    Standard.old_fee_cents,
)  # fmt: skip


@dataclass
class Tally:
    """What is counted of a month, of an item or of all jobs, job by job."""

    award: list[int] = field(default_factory=list)
    service: list[int] = field(default_factory=list)
    compared: list[int] = field(default_factory=list)
    limited: list[int] = field(default_factory=list)
    baseline: list[int] = field(default_factory=list)
    statutory: list[int] = field(default_factory=list)
    on_time: list[bool] = field(default_factory=list)
    half: list[bool] = field(default_factory=list)
    trips: list[int] = field(default_factory=list)
    fee_cents: int = 0
    old_cents: int = 0

    def pace(self, key: str, name: str = "") -> Pace:
        return Pace(
            key,
            name,
            award=spread(self.award),
            service=spread(self.service),
            compared=spread(self.compared),
            limited=spread(self.limited),
            baseline=_mean(self.baseline),
            statutory=_mean(self.statutory),
            on_time=Share(sum(self.on_time), len(self.on_time)),
            fee_cents=self.fee_cents,
            old_cents=self.old_cents,
            half=Share(sum(self.half), len(self.half)),
            no_trip=Share(self.trips.count(0), len(self.trips)),
            one_trip=Share(self.trips.count(1), len(self.trips)),
        )


_held: dict[str, tuple[Any, int | None, Speed]] = {}
on_connect(_held.clear)


def speed(now: datetime) -> Speed:
    """All figures, as this process counted them: anew when the day or the law is another, and when something happened
    in the market since, at most every HELD."""
    law = (local_day(now), almanac.almanac().revision)
    newest = session.scalar(select(func.max(Event.id)))
    if "now" in _held:
        known, last, found = _held["now"]
        if known == law and (last == newest or abs(now - found.at) < HELD):
            return found
    _held["now"] = (law, newest, _counted(now))
    return _held["now"][2]


def _counted(now: datetime) -> Speed:
    today = local_day(now)
    first = _month(today, MONTHS - 1)
    months = {_month(today, back): Tally() for back in reversed(range(MONTHS))}
    everything, items, names = Tally(), dict[str, Tally](), dict[str, str]()
    since = datetime.combine(first, time(), HERE)
    ended = (Job.awarded_at, Job.delivered_at, Job.accepted_at)
    wanted = select(*COLUMNS).join(Job.item).join(Job.standard)
    seen = (Job.published_at.is_not(None), Job.agency_id.is_not(None), or_(*(column >= since for column in ended)))
    for row in run(wanted.where(*seen)):
        names[row.code] = row.name
        item = items.setdefault(row.code, Tally())
        for count, at in ((_award, row.awarded_at), (_delivery, row.delivered_at), (_acceptance, row.accepted_at)):
            if at is not None and at >= since and (day := local_day(at)) <= today:
                count(row, day, (everything, months[day.replace(day=1)], item))
    paces = [tally.pace(code, names[code]) for code, tally in items.items()]
    return Speed(
        now,
        first,
        today,
        everything.pace("all"),
        [tally.pace(f"{month:%Y-%m}") for month, tally in months.items()],
        sorted(paces, key=lambda pace: (-_count(pace.service), -_count(pace.award), pace.key)),
    )


def _award(row: Any, day: date, tallies: Iterable[Tally]) -> None:
    taken = almanac.calendar().between(local_day(row.published_at), day)
    share = _policy(row) if row.statutory_days else None
    for tally in tallies:
        tally.award.append(taken)
        if row.old_fee_cents and row.amount_cents is not None:
            tally.fee_cents += row.amount_cents
            tally.old_cents += row.old_fee_cents
        if share is not None:
            tally.half.append((row.agreed_days or 0) * 100 <= row.statutory_days * share)


def _delivery(row: Any, day: date, tallies: Iterable[Tally]) -> None:
    if row.clock_start is None:
        return
    taken = almanac.calendar().between(row.clock_start, day)
    for tally in tallies:
        tally.service.append(taken)
        if row.baseline_days:
            tally.compared.append(taken)
            tally.baseline.append(row.baseline_days)
        if row.statutory_days:
            tally.limited.append(taken)
            tally.statutory.append(row.statutory_days)
        if row.service_due:
            tally.on_time.append(row.delivered_at < row.service_due)


def _acceptance(row: Any, day: date, tallies: Iterable[Tally]) -> None:
    for tally in tallies:
        tally.trips.append(row.trips)


def _policy(row: Any) -> int | None:
    """The greatest share of the limit of the law that may be promised, in percent, as of the day of the posting."""
    for term in almanac.almanac().terms.get(PROMISE, []):
        if term.effective_from <= local_day(row.published_at):
            return int(term.value)
    return None


def _mean(numbers: Sequence[int]) -> Fraction | None:
    return Fraction(sum(numbers), len(numbers)) if numbers else None


def _count(found: Spread | None) -> int:
    return found.count if found else 0


def _month(day: date, back: int) -> date:
    """The first day of the month so many months before that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(year, month + 1, 1)
