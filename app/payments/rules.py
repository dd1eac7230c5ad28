"""The law of payments: the fee is due from the acceptance on, either side states what came of it, and nobody judges:
where the two sides say different things, both are shown and neither counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor
from app.kernel.law import who
from app.kernel.words import N_


class Outcome(StrEnum):
    """How the fee of a job stands: paid within its term or after it; open although the term has ended; told
    differently by the two sides; or not spoken of by anybody."""

    WITHIN = "within"
    AFTER = "after"
    OPEN = "open"
    DIFFERENT = "different"
    UNSAID = "unsaid"


@dataclass(frozen=True)
class Statement:
    """What one side, the unit `by_id`, says of the job's `number`-th payment: that so many cents came on a day, or 0:
    that by this day none did."""

    number: int
    by_id: int
    paid_on: date
    cents: int
    stated_at: datetime


@who(N_("the parties, the operator and the regulator of the job"))
def reads_payment(actor: Actor, payment: Any) -> bool:
    return jobs.MAY_READ_PAPERS(actor, payment.job)


@who(N_("the parties of the job"))
def parties_of_its_job(actor: Actor, payment: Any) -> bool:
    return jobs.its_parties(actor, payment.job)


MAY_READ = jobs.MAY_READ_PAPERS
MAY_STATE = jobs.its_parties
MAY_READ_PAYMENT = reads_payment
MAY_ANSWER = parties_of_its_job


class Account:
    """The fee of one job as the two sides tell it: `owed` cents, and by its number what each side said last of a payment,
    by the id of its unit. What only one side speaks of stands as it says."""

    def __init__(self, owed: int, statements: Iterable[Any]):
        """`statements` have the fields of a Statement, the oldest first."""
        self.owed = owed
        self.payments: dict[int, dict[int, Any]] = {}
        for one in statements:
            self.payments.setdefault(one.number, {})[one.by_id] = one

    @property
    def different(self) -> list[int]:
        """The numbers of the payments of which the sides say different things."""
        return [number for number, told in self.payments.items() if differ(told)]

    @property
    def cents(self) -> int:
        """What came, by all that is not told differently."""
        return sum(int(one.cents) for one in self._undisputed())

    @property
    def last(self) -> date | None:
        """The day of the last payment that is not told differently."""
        return max((one.paid_on for one in self._undisputed() if one.cents), default=None)

    @property
    def paid(self) -> bool:
        """Whether the whole fee came, and nobody says otherwise."""
        return not self.different and self.cents >= self.owed

    def rest(self, unit_id: int | None, number: int | None = None) -> int:
        """The cents that by the word of one unit are still owed, its payment of this number left out: what it does not
        speak of itself stands as the other side says."""
        others = [told for place, told in self.payments.items() if place != number]
        return self.owed - sum(int(_by(told, unit_id).cents) for told in others)

    def unanswered(self, unit_id: int | None) -> list[int]:
        """The numbers of the payments of which a unit has said nothing yet."""
        return [number for number, told in self.payments.items() if unit_id not in told]

    def outcome(self, due: date, today: date) -> Outcome | None:
        """How the fee stands; None while it may still be paid within its term."""
        if self.paid and self.last:
            return Outcome.WITHIN if self.last <= due else Outcome.AFTER
        if today <= due:
            return None
        if self.different:
            return Outcome.DIFFERENT
        return Outcome.OPEN if self.payments else Outcome.UNSAID

    def _undisputed(self) -> list[Any]:
        return [next(iter(told.values())) for told in self.payments.values() if not differ(told)]


def differ(told: Mapping[int, Any]) -> bool:
    """Whether what the sides said last of a payment is not the same. Of nothing the day does not matter."""
    return len({(one.cents, one.paid_on if one.cents else None) for one in told.values()}) > 1


def days_after(accepted: date, last: date) -> int:
    """The calendar days from the acceptance to the last payment; 0 of what was paid before."""
    return max((last - accepted).days, 0)


def _by(told: Mapping[int, Any], unit_id: int | None) -> Any:
    own = told.get(unit_id) if unit_id else None
    return own or next(iter(told.values()))
