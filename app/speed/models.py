"""How fast the market is: from the posting to the award and from the start of the clock to the report, what it costs
beside what it cost before, and how often somebody had to come in person."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from sqlalchemy import or_, select

from app.catalogue.models import Item, Standard
from app.infra import almanac
from app.infra.db import session
from app.jobs.models import Job
from app.kernel.spread import Spread, spread
from app.kernel.workdays import HERE, local_day

MONTHS = 12
PROMISE = "promise_share"


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
    same of the jobs whose standard knows the time before the reform, and `baseline` and `statutory` the means of that
    time and of the limit of the law, over the delivered jobs that have one. `on_time` of those delivered; `fee_cents`
    of `old_cents`, what the awarded jobs cost and what they cost before the reform, where it is known; `half` those
    awarded whose promised time keeps the policy on the limit of the law, of those it applies to; `no_trip` and
    `one_trip` of those accepted.
    """

    key: str
    name: str
    award: Spread | None
    service: Spread | None
    compared: Spread | None
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
    """The market of the last twelve months, this one included: in all, by month, and by item, the most used first."""

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


def speed(now: datetime) -> Speed:
    """All figures, from one statement."""
    today = local_day(now)
    months = [_month(today, back) for back in reversed(range(MONTHS))]
    since = datetime.combine(months[0], time(), HERE)
    ended = (Job.awarded_at, Job.delivered_at, Job.accepted_at)
    wanted = select(*COLUMNS).join(Job.item).join(Job.standard).where(
        Job.published_at.is_not(None), Job.agency_id.is_not(None), or_(*(column >= since for column in ended))
    )  # fmt: skip
    rows = session.execute(wanted.order_by(Job.id)).all()
    by_item: dict[str, list[Any]] = {}
    for row in rows:
        by_item.setdefault(row.code, []).append(row)
    items = [_pace(code, some[0].name, some, months[0]) for code, some in by_item.items()]
    return Speed(
        months[0],
        today,
        _pace("all", "", rows, months[0]),
        [_pace(f"{first:%Y-%m}", "", rows, first, _next(first)) for first in months],
        sorted(items, key=lambda pace: (-_count(pace.service), -_count(pace.award), pace.key)),
    )


def _pace(key: str, name: str, rows: Iterable[Any], first: date, end: date | None = None) -> Pace:
    """The figures of what happened from one day until before another."""
    within = _within(first, end)
    awarded = [row for row in rows if within(row.awarded_at)]
    delivered = [row for row in rows if within(row.delivered_at) and row.clock_start]
    accepted = [row for row in rows if within(row.accepted_at)]
    known = [row for row in awarded if row.old_fee_cents and row.amount_cents is not None]
    bound = [(row, share) for row in awarded if row.statutory_days and (share := _policy(row)) is not None]
    kept = [row for row, share in bound if row.agreed_days and row.agreed_days * 100 <= row.statutory_days * share]
    in_time = [row for row in delivered if row.service_due]
    return Pace(
        key,
        name,
        award=spread(_days(local_day(row.published_at), row.awarded_at) for row in awarded),
        service=spread(_days(row.clock_start, row.delivered_at) for row in delivered),
        compared=spread(_days(row.clock_start, row.delivered_at) for row in delivered if row.baseline_days),
        baseline=_mean([row.baseline_days for row in delivered if row.baseline_days]),
        statutory=_mean([row.statutory_days for row in delivered if row.statutory_days]),
        on_time=Share(sum(row.delivered_at < row.service_due for row in in_time), len(in_time)),
        fee_cents=sum(row.amount_cents for row in known),
        old_cents=sum(row.old_fee_cents for row in known),
        half=Share(len(kept), len(bound)),
        no_trip=Share(sum(row.trips == 0 for row in accepted), len(accepted)),
        one_trip=Share(sum(row.trips == 1 for row in accepted), len(accepted)),
    )


def _within(first: date, end: date | None) -> Callable[[datetime | None], bool]:
    opens = datetime.combine(first, time(), HERE)
    closes = datetime.combine(end, time(), HERE) if end else None
    return lambda at: at is not None and at >= opens and (closes is None or at < closes)


def _policy(row: Any) -> int | None:
    """The greatest share of the limit of the law that may be promised, in percent, as of the day of the posting."""
    for term in almanac.almanac().terms.get(PROMISE, []):
        if term.effective_from <= local_day(row.published_at):
            return int(term.value)
    return None


def _days(since: date, until: datetime) -> int:
    return almanac.calendar().between(since, local_day(until))


def _mean(numbers: Sequence[int]) -> Fraction | None:
    return Fraction(sum(numbers), len(numbers)) if numbers else None


def _count(found: Spread | None) -> int:
    return found.count if found else 0


def _month(day: date, back: int) -> date:
    """The first day of the month so many months before that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(year, month + 1, 1)


def _next(first: date) -> date:
    return _month(first, -1)
