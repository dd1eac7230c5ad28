"""What agencies type to enter."""

from app.entries.eligibility import MOST_FILES, Attachment, Offer
from app.jobs.models import Job
from app.kernel.words import N_
from app.methods.rules import SCORED, TIMED, asks_quote
from app.web.fields import Form, IntegerField, MoneyField, SealedFilesField, TextArea
from app.web.percents import PercentField

SEALED = N_(
    "It goes into an envelope: nobody reads it before the entry has closed, and its key is not in the database."
)


class EntryForm(Form):
    """Entering, whose fields are those of an offer; a draw takes no more than saying so, as the price is fixed."""

    @property
    def offered(self) -> Offer:
        return Offer(**self.values)


class QuoteForm(EntryForm):
    quote_cents = MoneyField(N_("Your quote"), hint=SEALED)


class DiscountForm(EntryForm):
    """Where quotes are discounts: the amount follows from the reference fee."""

    discount = PercentField(N_("Your discount"), hint=SEALED)


class PriceAndDaysForm(QuoteForm):
    days = IntegerField(N_("Your working days"), least=1, most=365, suffix=N_("working days"))


class ProposalForm(EntryForm):
    """A proposal, at a fixed price."""

    proposal = TextArea(
        N_("Your proposal"),
        hint=N_(
            "Answer each criterion. The panel reads it as that of “Bidder 1, 2 …”: name neither your agency nor your"
            " people, and no price. Nobody reads it before the entry has closed."
        ),
        least=20,
        most=8000,
        rows=12,
    )
    files = SealedFilesField(
        N_("Attachments"),
        hint=N_(
            "At most 5: PDF, JPEG or PNG. They are sealed before they are stored, and the panel sees them without their"
            " names. Name your agency neither in them nor in their properties."
        ),
        optional=True,
        accept=".pdf,.jpg,.jpeg,.png",
        most=MOST_FILES,
    )

    @property
    def offered(self) -> Offer:
        files = [Attachment(media, content) for media, content in self.files.data]
        return Offer(**self.values | {"files": files})


class PricedProposalForm(ProposalForm, QuoteForm):
    """A proposal and, in an envelope of its own, a quote."""


def entry_form(job: Job) -> EntryForm:
    """The form that the method of a job asks for."""
    if job.method in TIMED:
        return PriceAndDaysForm()
    if job.method in SCORED:
        return PricedProposalForm() if asks_quote(job) else ProposalForm()
    if job.reference_fee_cents:
        return DiscountForm()
    return QuoteForm() if asks_quote(job) else EntryForm()
