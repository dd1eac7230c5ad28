"""What people type to appoint a panel, to leave it, to score and to agree."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext

from app.kernel.transcript import MOST_SCORE
from app.kernel.words import N_
from app.panels.models import Bidder, ScoreSheet
from app.panels.rules import PARTS
from app.web.fields import ChoiceField, Form, IntegerField, TextArea, TextField


class SeatForm(Form):
    username = TextField(
        N_("User name or mobile number"), hint=N_("With which the person signs in here."), most=60, autocomplete="off"
    )
    part = ChoiceField(N_("Part in the panel"), choices=list(PARTS.items()))


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published."), least=5, most=1000, rows=4)


class ScoresForm(Form):
    """For each bidder one score for each criterion, and a word: made by `scores_form` for one job."""

    rows: Sequence[tuple[list[str], str]] = ()

    def scored(self, bidder: Bidder) -> list[Any]:
        """The fields of a bidder's scores."""
        return [self[name] for name in self.rows[bidder.number - 1][0]]

    def worded(self, bidder: Bidder) -> Any:
        return self[self.rows[bidder.number - 1][1]]

    @property
    def scores(self) -> list[list[int]]:
        return [[self[name].data for name in names] for names, _ in self.rows]

    @property
    def words(self) -> list[str]:
        return [self[word].data for _, word in self.rows]


def scores_form(
    bidders: Sequence[Bidder], criteria: Sequence[dict[str, Any]], given: Sequence[ScoreSheet] = ()
) -> ScoresForm:
    """A form for one member's scores; with what all members have `given`, for the consensus, where a word is a reason
    and need not be said."""
    fields: dict[str, Any] = {"rows": []}
    for bidder in bidders:
        names = [f"score_{bidder.number}_{place}" for place, _ in enumerate(criteria, 1)]
        for place, (name, one) in enumerate(zip(names, criteria, strict=True)):
            hint = gettext("From 0 to 100; all of 100 earns %(n)s points.", n=one["weight"])
            if given:
                theirs = ", ".join(str(sheet.scores[bidder.number - 1][place]) for sheet in given)
                hint = gettext("The members gave %(scores)s.", scores=theirs)
            label = gettext("Bidder %(n)s: %(criterion)s", n=bidder.number, criterion=one["name"])
            fields[name] = IntegerField(label, hint=hint, least=0, most=MOST_SCORE, suffix=gettext("of 100"))
        word = f"reason_{bidder.number}" if given else f"remark_{bidder.number}"
        label = (
            gettext("Bidder %(n)s: reason, where a score lies outside what the members gave", n=bidder.number)
            if given
            else gettext("Bidder %(n)s: remark", n=bidder.number)
        )
        fields[word] = TextArea(label, rows=2, most=500, least=0 if given else 2, optional=bool(given))
        fields["rows"].append((names, word))
    form: ScoresForm = type("ScoresForm", (ScoresForm,), fields)()
    return form
