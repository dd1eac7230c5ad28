"""What agencies type to enter, and what people type to object, answer and decide."""

from typing import Any

from app.jobs.models import Job
from app.jobs.rules import PRICED, TIMED
from app.kernel.words import N_
from app.web.fields import FileField, Form, IntegerField, MoneyField, TextArea


class DrawEntryForm(Form):
    """Entering a draw takes no more than saying so: the price is fixed."""

    @property
    def values(self) -> dict[str, Any]:
        return {"quote_cents": None}


class QuoteForm(Form):
    quote_cents = MoneyField(
        N_("Your quote"),
        hint=N_(
            "It goes into an envelope: nobody reads it before the entry has closed, and its key is not in the database."
        ),
    )


class PriceAndDaysForm(QuoteForm):
    days = IntegerField(N_("Your working days"), least=1, most=365, suffix=N_("working days"))


def entry_form(job: Job) -> Form:
    """The form that the method of a job asks for; its values are what `enter` takes."""
    if job.method in TIMED:
        return PriceAndDaysForm()
    return QuoteForm() if job.method in PRICED else DrawEntryForm()


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published."), least=5, most=1000)


class ObjectionForm(Form):
    ground = TextArea(N_("What you object to, and why"), least=10, most=2000)
    file = FileField(N_("Evidence"), optional=True)


class AnswerForm(Form):
    text = TextArea(N_("Your answer"), least=5, most=2000)


class DecisionForm(Form):
    decision = TextArea(N_("Decision and grounds"), hint=N_("Both sides read it."), least=5, most=2000)


class TranscriptForm(Form):
    text = TextArea(N_("Transcript"), hint=N_("Paste the published file as it is."), rows=12, most=2_000_000)
