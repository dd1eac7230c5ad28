"""What the two sides type about contract and papers."""

from typing import Any

from app.contracts.models import MaterialLine
from app.kernel.words import N_
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


class ContractForm(Form):
    file = FileField(N_("Signed contract"), accept=".pdf,.ofd,.docx,.jpg,.jpeg,.png,.zip")
    signed_on = DateField(N_("Signed on"))
    amount_cents = MoneyField(N_("Amount"), hint=N_("It is the amount of the award."))
    days = IntegerField(N_("Service time"), least=1, most=365, suffix=N_("working days"))


class ConfirmForm(Form):
    """Confirming asks for nothing but the act itself."""


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("Say everything that must be mended."), least=5, most=1000)


class LineRow(Row):
    name = TextField(N_("Paper"))
    proves = TextField(N_("What it proves"), optional=True)
    essential = CheckField(N_("Essential: the service cannot start without it"), optional=True)


class ListForm(Form):
    lines = RowsField(N_("Papers"), LineRow, noun=N_("Paper"), least=0, most=40, shown=3)
    none_needed = CheckField(N_("No papers are needed"), optional=True)


def papers_form(lines: list[MaterialLine]) -> Any:
    """A form with a file and a note for every paper to hand in."""
    fields: dict[str, Any] = {}
    for line in lines:
        fields[f"file_{line.id}"] = FileField(line.name, hint=line.defect or line.proves, optional=True)
        fields[f"note_{line.id}"] = TextField(N_("Or where you handed it over in person"), optional=True)
    return type("PapersForm", (Form,), fields)()


def defects_form(lines: list[MaterialLine]) -> Any:
    """A form with a line for every paper, to say what must be mended."""
    fields = {f"defect_{line.id}": TextField(line.name, optional=True, most=400) for line in lines}
    return type("DefectsForm", (Form,), fields)()
