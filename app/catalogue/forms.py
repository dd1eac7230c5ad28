"""What the operator types to make a new version of a unified standard: every part of the four unifieds."""

from typing import Any

from app.catalogue.models import Material, Standard
from app.catalogue.rules import AXES, CLOCK_STARTS, PRICING, PROVENANCE
from app.kernel.words import N_
from app.web.fields import (
    CheckField,
    DateField,
    Form,
    IntegerField,
    MoneyField,
    Row,
    RowsField,
    SelectField,
    TextArea,
    TextField,
)

SURE = list(PROVENANCE.items())
# The parts whose answers a version takes over as they are.
SAME = (
    "days", "clock_start", "days_basis", "days_mark", "baseline_days", "baseline_basis", "baseline_mark",
    "statutory_days", "pricing", "ceiling_cents", "unit", "old_fee_cents", "fee_basis", "fee_mark",
    "quality_basis", "quality_mark", "evaluation_basis", "evaluation_mark",
)  # fmt: skip


class MaterialRow(Row):
    name = TextField(N_("Paper"))
    proves = TextField(N_("What it proves"))
    issuer = TextField(N_("Who issues it"))
    essential = CheckField(N_("Essential: the service cannot start without it"), optional=True)
    certificate = SelectField(N_("Basic certificate that proves the same"), optional=True)
    mark = SelectField(N_("How sure"), choices=SURE)


class StandardForm(Form):
    effective_from = DateField(N_("Takes effect on"), hint=N_("A day after today; the present version stays readable."))
    source = TextField(N_("Source"), hint=N_("The notice or decision behind this version."), most=400)
    days = IntegerField(
        N_("Service time"),
        hint=N_("Leave empty when the contract says."),
        optional=True,
        least=1,
        most=365,
        suffix=N_("working days"),
    )
    clock_start = SelectField(
        N_("The time begins"),
        hint=N_("The service clock of this market knows this beginning."),
        choices=[*CLOCK_STARTS.items()],
    )
    days_basis = TextField(N_("Basis of the time"), most=400)
    days_mark = SelectField(N_("How sure is the time"), choices=SURE)
    baseline_days = IntegerField(
        N_("Time before the reform"), optional=True, least=1, most=999, suffix=N_("working days")
    )
    baseline_basis = TextField(N_("Basis of the time before the reform"), optional=True, most=400)
    baseline_mark = SelectField(N_("How sure is the time before the reform"), choices=SURE)
    statutory_days = IntegerField(N_("Limit of the law"), optional=True, least=1, most=999, suffix=N_("working days"))
    pricing = SelectField(N_("How the fee is set"), choices=list(PRICING.items()))
    ceiling_cents = MoneyField(
        N_("Ceiling or reference fee"), hint=N_("No listing and no job goes above it."), optional=True
    )
    unit = TextField(N_("Per"), most=40)
    old_fee_cents = MoneyField(N_("Fee before the reform"), optional=True)
    fee_basis = TextField(N_("Basis of the fee"), most=400)
    fee_mark = SelectField(N_("How sure is the fee"), choices=SURE)
    checklist = TextArea(N_("Quality checklist"), hint=N_("One line for each thing that is checked."), rows=10)
    quality_basis = TextField(N_("Basis of the checklist"), most=400)
    quality_mark = SelectField(N_("How sure is the checklist"), choices=SURE)
    evaluation_basis = TextField(N_("Basis of the evaluation standard"), most=400)
    evaluation_mark = SelectField(N_("How sure is the evaluation standard"), choices=SURE)
    materials = RowsField(N_("Materials"), MaterialRow, noun=N_("Paper"), most=30)

    def offer(self, certificates: dict[str, str]) -> None:
        """Let each paper name the basic certificate that proves the same."""
        for row in self.materials.rows:
            row["certificate"].choices = [*certificates.items()]  # type: ignore[attr-defined]

    @property
    def axes(self) -> list[tuple[str, Any, Any]]:
        """(name of an axis, its weight, what its marks mean), as the page asks for them."""
        return [(says, self[f"weight_{axis}"], self[f"levels_{axis}"]) for axis, says in AXES.items()]

    @staticmethod
    def start(newest: Standard, materials: list[Material]) -> dict[str, Any]:
        """The newest version as the form shows it, to change what changes."""
        names = ("name", "proves", "issuer", "essential", "certificate", "mark")
        axes = {f"weight_{axis['code']}": axis["weight"] for axis in newest.axes}
        axes |= {f"levels_{axis['code']}": "\n".join(axis["levels"]) for axis in newest.axes}
        return (
            {name: getattr(newest, name) for name in SAME}
            | axes
            | {
                "checklist": "\n".join(newest.checklist),
                "materials": [{name: getattr(one, name) for name in names} for one in materials],
            }
        )

    def stated(self, newest: Standard) -> dict[str, Any]:
        """The values as `make_standard` takes them."""
        values = self.values
        names = {axis["code"]: axis["name"] for axis in newest.axes}
        axes = [
            {
                "code": axis,
                "name": names[axis],
                "weight": values[f"weight_{axis}"],
                "levels": _lines(values[f"levels_{axis}"]),
            }
            for axis in AXES
        ]
        same = {name: values[name] for name in (*SAME, "effective_from", "source", "materials")}
        return same | {"checklist": _lines(values["checklist"]), "axes": axes}


for _axis in AXES:
    setattr(StandardForm, f"weight_{_axis}", IntegerField(N_("Weight of the axis"), least=0, most=100, suffix="%"))
    setattr(
        StandardForm,
        f"levels_{_axis}",
        TextArea(N_("What the marks mean"), hint=N_("Five lines, the lowest mark first."), rows=5, most=1000),
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
