"""What the operator types to make a new version of a unified standard."""

from typing import Any

from app.catalogue.models import Material, Standard
from app.catalogue.rules import AXES, PRICING, PROVENANCE
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

MARKS = [(mark, says) for mark, says in PROVENANCE.items()]


class MaterialRow(Row):
    name = TextField(N_("Paper"))
    proves = TextField(N_("What it proves"))
    issuer = TextField(N_("Who issues it"))
    essential = CheckField(N_("Essential: the service cannot start without it"), optional=True)
    certificate = TextField(N_("Basic certificate that proves the same"), optional=True, most=40)


class StandardForm(Form):
    effective_from = DateField(N_("Takes effect on"), hint=N_("A day after today; the present version stays readable."))
    source = TextField(N_("Source"), hint=N_("The notice or decision behind this version."), most=400)
    days = IntegerField(
        N_("Service time"), hint=N_("Leave empty when the contract says."), optional=True, least=1, most=365
    )
    baseline_days = IntegerField(N_("Time before the reform"), optional=True, least=1, most=999)
    statutory_days = IntegerField(N_("Limit of the law"), optional=True, least=1, most=999)
    days_basis = TextField(N_("Basis of the time"), most=400)
    days_mark = SelectField(N_("How sure is the time"), choices=MARKS)
    pricing = SelectField(N_("How the fee is set"), choices=list(PRICING.items()))
    ceiling_cents = MoneyField(N_("Ceiling or reference fee"), optional=True)
    unit = TextField(N_("Per"), most=40)
    old_fee_cents = MoneyField(N_("Fee before the reform"), optional=True)
    fee_basis = TextField(N_("Basis of the fee"), most=400)
    fee_mark = SelectField(N_("How sure is the fee"), choices=MARKS)
    checklist = TextArea(N_("Quality checklist"), hint=N_("One line for each thing that is checked."), rows=10)
    weights = TextField(
        N_("Weights of the five axes"), hint=N_("Quality, timeliness, attitude, fee, conduct; together 100."), most=40
    )
    materials = RowsField(N_("Materials"), MaterialRow, noun=N_("Paper"), most=30)

    @staticmethod
    def start(newest: Standard, materials: list[Material]) -> dict[str, Any]:
        """The newest version as the form shows it, to change what changes."""
        same = (
            "days", "baseline_days", "statutory_days", "days_basis", "days_mark", "pricing", "ceiling_cents", "unit",
            "old_fee_cents", "fee_basis", "fee_mark",
        )  # fmt: skip
        names = ("name", "proves", "issuer", "essential", "certificate")
        return {name: getattr(newest, name) for name in same} | {
            "checklist": "\n".join(newest.checklist),
            "weights": ", ".join(str(axis["weight"]) for axis in newest.axes),
            "materials": [{name: getattr(one, name) or "" for name in names} for one in materials],
        }

    def stated(self, newest: Standard) -> dict[str, Any]:
        """The values as `make_standard` takes them; what the form does not ask stays as in the newest version."""
        values = self.values
        weights = [part for part in values.pop("weights").replace("，", ",").split(",") if part.strip().isdecimal()]
        materials = values.pop("materials")
        axes = [dict(axis) for axis in newest.axes]
        if len(weights) == len(AXES):
            axes = [axis | {"weight": int(weight)} for axis, weight in zip(axes, weights, strict=True)]
        else:
            axes = [axis | {"weight": 0} for axis in axes]
        return values | {
            "checklist": [line.strip() for line in values["checklist"].splitlines() if line.strip()],
            "axes": axes,
            "materials": [row | {"mark": "default"} for row in materials],
            "clock_start": newest.clock_start,
            "quality_basis": values["source"],
            "quality_mark": values["days_mark"],
            "evaluation_basis": values["source"],
            "evaluation_mark": values["days_mark"],
        }
