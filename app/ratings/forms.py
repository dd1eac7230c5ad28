"""What a side types to rate the other, and a regulator to set a rating aside."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    text = TextArea(
        N_("In your words"), hint=N_("Public, under your unit's name; at most 500 characters."),
        optional=True, most=500, rows=3,
    )  # fmt: skip

    def describe(self, axes: Mapping[str, Sequence[str]]) -> None:
        """Put the levels described for an axis, given worst first, in the place of the plain words, best first."""
        for axis, described in axes.items():
            if axis in AXES and len(described) == len(SCORES):
                self[axis].choices = list(enumerate(described, 1))[::-1]


class ReplyForm(Form):
    text = TextArea(
        N_("Your reply"), hint=N_("Public, beside the rating, once; at most 500 characters."), least=5, most=500, rows=4
    )


class PartForm(Form):
    """Described like the levels of a standard: what each means is said."""

    level = ChoiceField(N_("How it went"), coerce=int, choices=[
        (5, N_("5: nothing to complain about; time, fee, quality and conduct as promised")),
        (4, N_("4: small shortcomings that were mended at once")),
        (3, N_("3: shortcomings that cost the owner time or a round of rework")),
        (2, N_("2: a promise was broken: late, dearer or returned more than once")),
        (1, N_("1: a rule was broken; what was done about it stands in the reason")),
    ])  # fmt: skip
    reason = TextArea(N_("Reason"), hint=N_("It is published beside your part. Name the facts."), least=10, most=1000)


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published beside the rating."), least=5, most=1000)
