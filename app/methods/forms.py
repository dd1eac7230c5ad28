"""What the operator types to add a rule on methods, and to end one."""

from typing import Any

from app.catalogue.models import item_classes
from app.kernel.words import N_
from app.methods.models import LawfulMethod
from app.methods.rules import FUNDS, GROUNDS, MARKS, METHODS
from app.web.fields import ChoiceField, DateField, Form, MoneyField, SelectField, TextArea

URGENT = {"": N_("urgent or not"), "yes": N_("urgent jobs only"), "no": N_("not for urgent jobs")}
MEANT = {"": None, "yes": True, "no": False}
ANY_FUNDS = N_("any funds")
SAME = ("method", "direct_ground", "to_cents", "item_class", "ground", "source", "mark")


class RuleForm(Form):
    method = SelectField(N_("Method"), choices=list(METHODS.items()))
    direct_ground = SelectField(
        N_("Ground of a direct selection"),
        hint=N_("Only for “direct selection”."),
        choices=list(GROUNDS.items()),
        optional=True,
    )
    funds = ChoiceField(N_("For which funds"), choices=[("any", ANY_FUNDS), *FUNDS.items()])
    from_cents = MoneyField(
        N_("From what ceiling on"),
        hint=N_("The most the owner will pay decides. Empty: from nothing on."),
        optional=True,
    )
    to_cents = MoneyField(N_("Up to what ceiling"), hint=N_("Included. Empty: without bound."), optional=True)
    item_class = SelectField(
        N_("For which class of services"), hint=N_("Empty: for all of them."), choices=[], optional=True
    )
    urgent = ChoiceField(N_("For urgent jobs"), choices=[(name or "any", says) for name, says in URGENT.items()])
    ground = TextArea(
        N_("Why it is lawful"),
        hint=N_("Why the method is lawful then, in words an owner understands."),
        rows=2,
        most=300,
    )
    source = TextArea(N_("Source"), hint=N_("The notice or decision behind this rule."), rows=2, most=300)
    mark = SelectField(N_("How sure is this"), choices=list(MARKS.items()))
    effective_from = DateField(
        N_("Takes effect on"), hint=N_("A day after today; jobs announced before keep their method.")
    )

    def offer(self) -> None:
        """The classes that the catalogue knows."""
        self.item_class.choices = [(one, one) for one in item_classes()]

    @staticmethod
    def start(rule: LawfulMethod) -> dict[str, Any]:
        """A rule as the form shows it, to change what changes."""
        urgent = next(name for name, meant in MEANT.items() if meant is rule.urgent)
        changed = {"funds": rule.funds or "any", "from_cents": rule.from_cents or None, "urgent": urgent or "any"}
        return {name: getattr(rule, name) for name in SAME} | changed

    @property
    def stated(self) -> dict[str, Any]:
        """The values as `add_rule` takes them."""
        values = self.values
        any_of = {name: "" if values[name] == "any" else values[name] for name in ("funds", "urgent")}
        return values | {
            "funds": any_of["funds"],
            "urgent": MEANT[any_of["urgent"]],
            "from_cents": values["from_cents"] or 0,
            "item_class": values["item_class"] or "",
            "direct_ground": values["direct_ground"] or "",
        }


class EndForm(Form):
    until = DateField(N_("No longer from this day on"), hint=N_("A day after today."))
    reason = TextArea(N_("Reason"), hint=N_("It is published. Name the notice that decided it."), rows=3, most=300)
