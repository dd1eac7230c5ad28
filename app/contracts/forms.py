"""What the two sides type about the contract and the papers."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext
from wtforms.validators import StopValidation

from app.catalogue.models import Material
from app.contracts.models import MaterialLine
from app.contracts.rules import CAME
from app.kernel.words import N_
from app.web.fields import (
    CheckField,
    ChecksField,
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
from app.web.said import said

SCANS = ".pdf,.ofd,.docx,.xlsx,.jpg,.jpeg,.png,.zip"


class ContractForm(Form):
    file = FileField(N_("Signed contract"), hint=N_("Signed and sealed by both sides, all pages."), accept=SCANS)
    signed_on = DateField(N_("Signed on"))
    amount_cents = MoneyField(N_("Amount in the contract"))
    days = IntegerField(N_("Service time in the contract"), least=1, most=365, suffix=N_("working days"))
    payment_days = IntegerField(
        N_("Days for the payment in the contract"),
        hint=N_("Calendar days after the acceptance. Leave it empty if the contract names none."),
        least=1,
        most=365,
        suffix=N_("days"),
        optional=True,
    )
    came = CheckField(CAME)


class ReasonForm(Form):
    reason = TextArea(N_("What is wrong"), hint=N_("Say everything that must be mended."), least=5, most=1000)


class LineRow(Row):
    name = TextField(N_("Name of the paper"), most=120)
    proves = TextField(N_("What it proves"), optional=True)
    essential = CheckField(N_("Essential: the service cannot begin without it"))


class MaterialsForm(Form):
    """The one complete list: ticked from the unified standard, and the agency's own additions."""

    wanted = ChecksField(N_("Papers of the unified standard"), coerce=int, optional=True)
    added = RowsField(N_("Further papers"), LineRow, noun=N_("Paper"), least=0, most=20, shown=1)
    none_needed = CheckField(N_("No papers are needed for this job"))

    def offer(self, materials: Sequence[Material]) -> None:
        """Set what the standard offers; a new form has the essential ones ticked."""
        self.wanted.choices = [(one.id, one.name, _about(one)) for one in materials]
        if not self.is_submitted():
            self.wanted.data = [one.id for one in materials if one.essential]

    def lines(self, materials: Sequence[Material]) -> list[dict[str, Any]]:
        """What was chosen and added, as `list_materials` takes it."""
        chosen = [one for one in materials if one.id in self.wanted.data]
        known = [{"name": one.name, "proves": one.proves, "essential": one.essential} for one in chosen]
        return known + self.added.data


def _about(material: Material) -> str:
    weight = N_("essential") if material.essential else N_("secondary")
    return " · ".join(part for part in (said(weight), material.proves, material.issuer) if part)


class PaperField(FileField):
    """The file of one paper. A paper may come by hand instead, so whether it must be here is for the verb to say."""

    def pre_validate(self, form: Any) -> None:
        if self.process_errors or self.blank():
            raise StopValidation("")
        self.check()


def papers_form(lines: Sequence[MaterialLine]) -> Form:
    """A form with a file and a note for each paper to hand in: the fields file_<line id> and note_<line id>."""
    fields: dict[str, Any] = {}
    for line in lines:
        by_hand = lazy_gettext("Or where you handed “%(name)s” over", name=line.name)
        fields[f"file_{line.id}"] = PaperField(line.name, hint=line.proves, optional=not line.essential, accept=SCANS)
        fields[f"note_{line.id}"] = TextField(by_hand, optional=True)
    form: Form = type("PapersForm", (Form,), fields | {"came": CheckField(CAME)})()
    return form


def defects_form(lines: Sequence[MaterialLine]) -> Form:
    """A form that asks of each paper what is wrong with it: the fields defect_<line id>."""
    fields = {}
    for line in lines:
        wrong = lazy_gettext("What is wrong with “%(name)s”", name=line.name)
        fields[f"defect_{line.id}"] = TextArea(wrong, optional=True, rows=2, most=500)
    form: Form = type("DefectsForm", (Form,), fields)()
    return form
