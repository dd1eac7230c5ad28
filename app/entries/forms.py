"""What agencies type to enter."""

from typing import Any

from app.jobs.models import Job
from app.jobs.rules import PRICED, TIMED
from app.kernel.words import N_
from app.web.fields import Form, IntegerField, MoneyField
from app.web.percents import PercentField

SEALED = N_(
    "It goes into an envelope: nobody reads it before the entry has closed, and its key is not in the database."
)


class DrawEntryForm(Form):
    """Entering a draw takes no more than saying so: the price is fixed."""

    @property
    def values(self) -> dict[str, Any]:
        return {"quote_cents": None}


class QuoteForm(Form):
    quote_cents = MoneyField(N_("Your quote"), hint=SEALED)


class DiscountForm(Form):
    """Where quotes are discounts: the amount follows from the reference fee."""

    discount = PercentField(N_("Your discount"), hint=SEALED)

    @property
    def values(self) -> dict[str, Any]:
        return {"quote_cents": None, "discount": self.discount.data}


class PriceAndDaysForm(QuoteForm):
    days = IntegerField(N_("Your working days"), least=1, most=365, suffix=N_("working days"))


def entry_form(job: Job) -> Form:
    """The form that the method of a job asks for; its values are what `enter` takes."""
    if job.method in TIMED:
        return PriceAndDaysForm()
    if job.reference_fee_cents:
        return DiscountForm()
    return QuoteForm() if job.method in PRICED else DrawEntryForm()
