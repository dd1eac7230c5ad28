"""What a side types to rate the other, and a regulator to set a rating aside."""

from typing import Any

from app.kernel.words import N_
from app.web.fields import ChoiceField, Form, TextArea

SCORES = [(5, N_("5 excellent")), (4, N_("4 good")), (3, N_("3 fair")), (2, N_("2 poor")), (1, N_("1 unacceptable"))]


def axis(label: str) -> Any:
    return ChoiceField(label, choices=SCORES, coerce=int)


class RatingForm(Form):
    quality = axis(N_("Quality"))
    timeliness = axis(N_("Timeliness"))
    attitude = axis(N_("Attitude"))
    fee = axis(N_("Fee"))
    conduct = axis(N_("Conduct"))
    text = TextArea(N_("In your words"), hint=N_("Public, under your unit's name."), optional=True, most=500, rows=3)


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published beside the rating."), least=5, most=1000)
