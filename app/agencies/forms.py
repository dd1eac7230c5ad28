"""What an agency types to enter the market and to list its services."""

from collections.abc import Sequence

from app.catalogue.models import Standard
from app.kernel.words import N_
from app.web.bounds import allowed
from app.web.fields import (
    CheckField,
    DateField,
    FileField,
    Form,
    IntegerField,
    MoneyField,
    Row,
    RowsField,
    TextArea,
    TextField,
)
from app.web.registration import UnitFields
from app.web.words import workdays, yuan

PAPERS = ".pdf,.ofd,.jpg,.jpeg,.png"


class AgencyForm(UnitFields):
    """Registering an agency: the unit and its first administrator."""


class EnclosureRow(Row):
    name = TextField(N_("Name of the paper"), most=80)
    file = FileField(N_("File"), accept=PAPERS)


class DescribeForm(Form):
    legal_representative = TextField(N_("Legal representative"), most=60)
    introduction = TextArea(N_("Introduction"), hint=N_("What you do, for the public page."), optional=True, most=1000)
    licence = FileField(N_("Business licence"), optional=True, accept=PAPERS)
    others = RowsField(N_("Other papers"), EnclosureRow, noun=N_("Paper"), least=0, most=20)


class QualificationRow(Row):
    kind = TextField(N_("Kind"), hint=N_("As on the certificate."), most=80)
    grade = TextField(N_("Grade"), optional=True, most=20)
    number = TextField(N_("Number"), most=60)
    valid_until = DateField(N_("Valid until"))
    file = FileField(N_("Copy"), hint=N_("Needed before you submit."), optional=True, accept=PAPERS)


class QualificationsForm(Form):
    rows = RowsField(N_("Qualifications"), QualificationRow, noun=N_("Qualification"), least=0, most=30)

    def suggest(self, kinds: Sequence[str], grades: Sequence[str]) -> None:
        """Offer the words in which the catalogue asks for qualifications."""
        for row in self.rows.rows:
            row.suggest(kind=kinds, grade=grades)


class ProfessionalRow(Row):
    name = TextField(N_("Name"), most=60)
    certificate = TextField(N_("Certificate"), hint=N_("Its kind, as printed on it."), most=80)
    number = TextField(N_("Certificate number"), most=60)


class ProfessionalsForm(Form):
    rows = RowsField(N_("Professionals"), ProfessionalRow, noun=N_("Professional"), most=60, shown=3)

    def suggest(self, certificates: Sequence[str]) -> None:
        """Offer the words in which the catalogue asks for professionals."""
        for row in self.rows.rows:
            row.suggest(certificate=certificates)


class SubmitForm(Form):
    agreed = CheckField(N_("We make all these commitments"), optional=False)
    signed_by = TextField(
        N_("Signed by"), hint=N_("The name of the legal representative or authorised person."), most=60
    )


class ReasonForm(Form):
    reason = TextArea(
        N_("Reasons"), hint=N_("Say everything that must be mended, so that one more round is enough."), least=5
    )


class ListingForm(Form):
    days = IntegerField(N_("We deliver within"), least=1, most=365, suffix=N_("working days"))
    fee_cents = MoneyField(N_("We charge at most"), optional=True)
    quality = TextArea(N_("Our promise of quality"), hint=N_("Against the checklist of the item."), most=500, rows=3)
    accepts_evaluation = CheckField(N_("We accept the unified evaluation standard"))

    def bound(self, standard: Standard | None) -> None:
        """Say in the hints what the standard in force, if there is one, allows."""
        if standard is None:
            return
        ceiling, days = standard.ceiling_cents, standard.days
        self.days.description = allowed(standard, workdays(days) if days else "")
        self.fee_cents.description = allowed(standard, yuan(ceiling) if ceiling else "")
