"""What an owner types to change a published job."""

from app.jobs.models import Job
from app.kernel.words import N_
from app.methods.rules import PRICED, SCORED, TIMED
from app.web.fields import Form, IntegerField, MoneyField, TextArea, TextField


class ScoredAddendumForm(Form):
    text = TextArea(N_("What changes, and why"), hint=N_("It is published."), least=5, most=2000, rows=3)
    need = TextArea(N_("What is needed"))
    contact_name = TextField(N_("Contact person"), most=60)
    contact_phone = TextField(
        N_("Telephone"), hint=N_("Shown to people who are signed in."), most=30, autocomplete="tel"
    )


class AddendumForm(ScoredAddendumForm):
    ceiling_cents = MoneyField(N_("The most you will pay"))
    days = IntegerField(N_("Working days for the service"), least=1, most=365, suffix=N_("working days"))


class PricedAddendumForm(AddendumForm):
    floor_cents = MoneyField(N_("The lowest quote you accept"), optional=True)


class TimedAddendumForm(PricedAddendumForm):
    least_days = IntegerField(
        N_("The fewest working days you accept"), least=1, most=365, suffix=N_("working days"), optional=True
    )


def addendum_form(job: Job) -> ScoredAddendumForm:
    """The form that the method of a job asks for, filled in with what the job says now."""
    if job.method in SCORED:
        return ScoredAddendumForm(obj=job)
    if job.method in TIMED:
        return TimedAddendumForm(obj=job)
    return PricedAddendumForm(obj=job) if job.method in PRICED else AddendumForm(obj=job)
