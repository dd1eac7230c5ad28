"""What an owner types to post a job, and the reasons people give."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from app.catalogue.models import Pairs, Standard, choices
from app.jobs.models import Avoidance
from app.jobs.posting import LEAST_NEED
from app.jobs.rules import LIFE, PUBLIC_STATES
from app.kernel.outside import SOURCES
from app.kernel.words import N_
from app.methods.rules import (
    CHOOSING,
    DISCOUNTED,
    FUNDS,
    GROUNDS,
    IF_ABANDONED,
    METHODS,
    PRICED,
    SCORED,
    TIMED,
    IfAbandoned,
    Method,
    Verdict,
)
from app.web.bounds import allowed
from app.web.fields import (
    CheckField,
    ChoiceField,
    Form,
    IntegerField,
    MoneyField,
    Row,
    RowsField,
    SelectField,
    TextArea,
    TextField,
)
from app.web.percents import PercentField
from app.web.words import said, sentences, workdays, yuan

METHOD_HINTS = {
    Method.RANDOM_DRAW: N_("You fix price and time; one of the eligible agencies is drawn."),
    Method.LOWEST_PRICE: N_("Sealed quotes within floor and ceiling; the lowest wins."),
    Method.AVERAGE_PRICE: N_("Sealed quotes; the one nearest to a drawn percentage of their mean wins."),
    Method.PRICE_AND_DAYS: N_("Sealed offers of a price and a number of working days; the most points win."),
    Method.MERIT: N_("A panel that you appoint scores sealed proposals by your criteria; the most points win."),
    Method.DIRECT: N_("You name one agency, the ground and the reason, and fix price and time; nobody else may enter."),
}
IF_ABANDONED_HINTS = {
    IfAbandoned.NEXT: N_("In the order published with the result."),
    IfAbandoned.RESELECT: N_("The selection fails, and you post the job again."),
}


# The fields of a wish that only some methods ask for; of a direct selection nobody is next in line.
ONLY_FOR = {
    ("price_weight",): TIMED | SCORED,
    ("criteria", "two_envelopes"): SCORED,
    ("least_days",): TIMED,
    ("floor_cents",): PRICED | SCORED,
    ("reference_fee_cents", "least_discount", "most_discount"): DISCOUNTED,
    ("named", "direct_ground", "direct_reason"): frozenset({Method.DIRECT}),
    ("if_abandoned",): frozenset(CHOOSING),
}


class ItemForm(Form):
    item_id = IntegerField(N_("Service"), least=1, most=2**31 - 1)


class ProjectForm(Form):
    project_name = TextField(N_("Name of the project"), hint=N_("As in its filing or approval."), most=120)
    project_code = TextField(
        N_("Project code"),
        hint=N_("The code of the national approval platform, if there is one."),
        optional=True,
        most=40,
    )
    district_code = SelectField(N_("District"))
    funds = ChoiceField(N_("Where the money comes from"), choices=list(FUNDS.items()))
    need = TextArea(
        N_("What is needed"),
        hint=N_("Scope, place, size and purpose, so that an agency can judge the work. At least 20 characters."),
        least=LEAST_NEED,
    )
    contact_name = TextField(N_("Contact person"), most=60)
    contact_phone = TextField(
        N_("Telephone"), hint=N_("Shown to people who are signed in."), most=30, autocomplete="tel"
    )

    def bound(self, least: Mapping[str, int]) -> None:
        """Say beside each kind of funds how many agencies must enter."""
        self.funds.choices = [(value, says, _required(least[value])) for value, says in FUNDS.items()]


class AvoidRow(Row):
    code = TextField(N_("Full name or unified social credit code of the agency"))
    reason = TextField(N_("Reason"), hint=N_("It is published."), most=200)


class CriterionRow(Row):
    name = TextField(N_("What is scored"), most=40)
    weight = IntegerField(N_("Points of it"), least=1, most=100)
    descriptor = TextArea(N_("What earns full points, and what few"), least=5, most=500, rows=2)


class WishForm(Form):
    standard_fee_cents: int | None = None
    only_for = ONLY_FOR

    method = ChoiceField(
        N_("How the agency is selected"),
        choices=[(value, says, METHOD_HINTS[value]) for value, says in METHODS.items()],
    )
    ceiling_cents = MoneyField(N_("The most you will pay"))
    days = IntegerField(N_("Working days for the service"), least=1, most=365, suffix=N_("working days"))
    floor_cents = MoneyField(
        N_("The lowest quote you accept"),
        hint=N_("Only where quotes are given. Lower quotes are refused."),
        optional=True,
    )
    reference_fee_cents = MoneyField(N_("Reference fee that discounts are taken off"), optional=True)
    least_discount = PercentField(N_("The least discount you accept"), optional=True)
    most_discount = PercentField(N_("The largest discount you accept"), optional=True)
    price_weight = IntegerField(
        N_("Points of the price"),
        hint=N_(
            "For “price and days”: the price counts these of 100 points, like 60, the days the rest. For “merit”: the"
            " criteria count the rest; leave it empty where quality alone decides at a fixed price."
        ),
        least=0,
        most=99,
        dependent=True,
    )
    least_days = IntegerField(
        N_("The fewest working days you accept"),
        hint=N_("Only for “price and days”. Offers of fewer days are refused."),
        least=1,
        most=365,
        suffix=N_("working days"),
        optional=True,
    )
    criteria = RowsField(
        N_("What the panel scores"),
        CriterionRow,
        noun=N_("Criterion"),
        hint=N_("Only for “merit”. All points together, those of the price among them, make 100."),
        dependent=True,
        least=0,
        most=12,
    )
    two_envelopes = CheckField(
        N_("Open the prices only after the panel has agreed"),
        hint=N_("Only for “merit” with points for the price: the panel scores without knowing any price."),
    )
    named = TextField(
        N_("Agency that is selected directly"),
        hint=N_("Its full name or its unified social credit code, as on its page."),
        dependent=True,
    )
    direct_ground = SelectField(
        N_("Ground of the direct selection"),
        hint=N_(
            "“Urgent” goes with a job that is urgent, see below. With “state secret” name the document that classifies "
            "the project, and write nothing secret: all of this is published."
        ),
        choices=list(GROUNDS.items()),
        dependent=True,
    )
    direct_reason = TextArea(
        N_("Why this agency and no other"), hint=N_("It is published."), dependent=True, rows=2, most=500
    )
    urgent = CheckField(
        N_("It is urgent"), hint=N_("The entry is open for a shorter time, and the reason is published.")
    )
    urgent_reason = TextArea(N_("Why it is urgent"), dependent=True, rows=2, most=500)
    if_abandoned = ChoiceField(
        N_("If the selected agency gives up"),
        choices=[(value, says, IF_ABANDONED_HINTS[value]) for value, says in IF_ABANDONED.items()],
    )
    outside_source = ChoiceField(
        N_("A public value of a later day"),
        hint=N_("It is hashed into the draw: then not even the platform together with an entrant can steer it."),
        choices=[("", N_("none")), *((name, one.says, one.hint) for name, one in SOURCES.items())],
        optional=True,
    )
    two_person = CheckField(
        N_("Two persons open the quotes"),
        hint=N_("The opening key is split. After the closing the service needs the share of the officer you name."),
    )
    officer_id = SelectField(
        N_("The officer who holds the share"),
        hint=N_("Only where two persons open. If their share is lost, the regulator’s recovery share opens as well."),
        coerce=int,
        dependent=True,
    )
    avoid = RowsField(N_("Agencies that may not enter"), AvoidRow, noun=N_("Agency"), least=0, most=10)

    @staticmethod
    def start(shut_out: list[Avoidance]) -> list[dict[str, str]]:
        """The avoided agencies as the form shows them."""
        return [{"code": one.agency.unit.code, "reason": one.reason} for one in shut_out]

    def offer(self, verdicts: Mapping[str, Verdict]) -> None:
        """Offer the methods that are lawful for this job's funds and service, each with the rule that says so; where
        ceiling and urgency, which this page asks for too, do not fit, why not."""
        known = [(method, says, verdicts[method]) for method, says in METHODS.items()]
        self.method.choices = [
            (method, says, sentences([said(METHOD_HINTS[method]), _lawful(found)]))
            for method, says, found in known
            if found.possible
        ]

    def bound(self, standard: Standard) -> None:
        """Say in the hints what the standard in force allows."""
        ceiling, days = standard.ceiling_cents, standard.days
        self.ceiling_cents.description = allowed(standard, yuan(ceiling) if ceiling else "")
        self.days.description = allowed(standard, workdays(days) if days else "")
        self.standard_fee_cents = ceiling
        self.reference_fee_cents.description = _on_discounts(ceiling)

    @property
    def answers(self) -> dict[str, Any]:
        """The values as `edit` takes them."""
        values = self.values
        if {values["least_discount"], values["most_discount"]} != {None} and values["reference_fee_cents"] is None:
            values["reference_fee_cents"] = self.standard_fee_cents
        values["direct_ground"] = values["direct_ground"] or None
        return values | {"avoid": [(row["code"], row["reason"]) for row in values["avoid"]]}


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), least=5, most=1000, rows=4)


class DelegateForm(Form):
    user_id = SelectField(N_("Who runs the job"), coerce=int)


def list_choices() -> dict[str, Pairs]:
    """What the list can be narrowed down to, by the name of the filter."""
    listed = choices()
    return {
        "item": listed.items,
        "stage": listed.stages,
        "district": listed.districts,
        "state": tuple((state, said(LIFE.states[state])) for state in PUBLIC_STATES),
        "method": tuple((method, said(says)) for method, says in METHODS.items()),
    }


def _on_discounts(standard_cents: int | None) -> str:
    """What a reference fee does, and which one a discount is taken off when none is entered."""
    told = gettext(
        "Only for “lowest price” and “average price”: with a reference fee agencies quote a discount off it in percent."
    )
    if not standard_cents:
        return told
    fee = yuan(standard_cents)
    return sentences(
        [told, gettext("With a discount entered and this empty it is the unified standard's, %(fee)s.", fee=fee)]
    )


def _lawful(found: Verdict) -> str:
    if found.against:
        return sentences([gettext("Not lawful with the ceiling and urgency on this page:"), against(found)])
    rule = found.rules[0]
    return gettext("Lawful: %(ground)s. Source: %(source)s.", ground=rule.ground, source=rule.source)


def against(found: Verdict) -> str:
    """Why a method is not lawful, in the reader's language."""
    return said(found.against.says, **found.against.places) if found.against else ""


def _required(least: int) -> str:
    if least == 1:
        return gettext("One eligible agency is enough.")
    return gettext("At least %(n)s eligible agencies must enter.", n=least)
