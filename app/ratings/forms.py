"""What a side types to rate the other, and a regulator to set a rating aside."""

from typing import Any

from app.catalogue.models import Standard
from app.kernel.words import N_
from app.ratings.models import AXES
from app.ratings.rules import AXIS_NAMES
from app.web.fields import ChoiceField, Form, TextArea

SCORES = [(5, N_("5 excellent")), (4, N_("4 good")), (3, N_("3 fair")), (2, N_("2 poor")), (1, N_("1 unacceptable"))]


def axis(name: str) -> Any:
    return ChoiceField(AXIS_NAMES[name], choices=SCORES, coerce=int)


class RatingForm(Form):
    quality = axis("quality")
    timeliness = axis("timeliness")
    attitude = axis("attitude")
    fee = axis("fee")
    conduct = axis("conduct")
    text = TextArea(N_("In your words"), hint=N_("Public, under your unit's name."), optional=True, most=500, rows=3)

    def describe(self, standard: Standard) -> None:
        """Put the levels that a standard describes, best first, in the place of the plain words."""
        for described in standard.axes:
            levels = list(enumerate(described.get("levels", ()), 1))
            if described["code"] in AXES and len(levels) == len(SCORES):
                self[described["code"]].choices = levels[::-1]


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published beside the rating."), least=5, most=1000)
