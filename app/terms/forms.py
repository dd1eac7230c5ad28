"""What is typed to try other numbers of the law, and to adopt one."""

from collections.abc import Mapping
from typing import Any

from app.infra.almanac import Term
from app.kernel.errors import Invalid
from app.kernel.words import N_
from app.methods.rules import MARKS
from app.terms.rules import DRAWN_FROM, LEAST_REASON, LEAST_SOURCE, PARTIES, TEXTS, may_be_adopted, read_value
from app.web.fields import DateField, Form, Row, RowsField, SelectField, TextArea, TextField
from app.web.said import said

MOST_TRIED = 8
WHICH = N_("Number of the law")


class TrialRow(Row):
    code = SelectField(WHICH, choices=[])
    value = TextField(N_("Try this value"), most=100)


class RehearsalForm(Form):
    """Sent by the address of the page, so that it can be handed on; it changes nothing."""

    tries = RowsField(N_("What to try"), TrialRow, noun=N_("Trial"), most=MOST_TRIED)

    class Meta:
        csrf = False

    def offer(self, terms: Mapping[str, Term], choices: list[tuple[str, str]]) -> None:
        """The numbers that can be tried, as they are in force today."""
        self.known = terms
        rows: list[Any] = self.tries.rows
        for row in rows:
            row.code.choices = choices

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether each number can have the value, and none is tried twice."""
        seen = set[str]()
        if super().validate(extra_validators):
            for row in self.tries.rows:
                if not row.blank:
                    self._check(row, seen)
        return not self.errors

    def _check(self, row: Any, seen: set[str]) -> None:
        code, value = row["code"].data, row["value"]
        try:
            if code in seen:
                raise Invalid(N_("This number stands in a row above. Keep one of them."), field="code")
            value.data = read_value(code, self.known[code].unit, value.data)
        except Invalid as refusal:
            row[refusal.field].errors = [said(refusal.text, **refusal.places)]
            self.tries.errors = [said(N_("Look at the rows marked below."))]
        seen.add(code)

    @property
    def typed(self) -> dict[str, str]:
        """What is tried, as it would be stored, by code."""
        return {row["code"]: row["value"] for row in self.tries.data}

    @property
    def tried(self) -> dict[str, int]:
        """The numbers tried, by code."""
        return {code: int(value) for code, value in self.typed.items() if code not in TEXTS}

    @property
    def percentages(self) -> list[int]:
        """The percentages tried for the average price; none where they are not."""
        return self._texts(DRAWN_FROM)

    @property
    def weights(self) -> list[int]:
        """The weights tried for the three-party score; none where they are not."""
        return self._texts(PARTIES)

    def _texts(self, code: str) -> list[int]:
        return [int(one) for one in self.typed.get(code, "").split(",") if one]


class AdoptForm(Form):
    code = SelectField(WHICH, choices=[])
    value = TextField(N_("New value"), hint=N_("In the unit in which it stands now."), most=100)
    effective_from = DateField(
        N_("Takes effect on"), hint=N_("A day after today; what began before is counted as it was.")
    )
    basis = TextArea(
        N_("Source"),
        hint=N_("The notice or decision behind it. It is published."),
        rows=2,
        least=LEAST_SOURCE,
        most=300,
    )
    mark = SelectField(N_("How sure is this"), choices=list(MARKS.items()))

    def offer(self, terms: Mapping[str, Term], choices: list[tuple[str, str]]) -> None:
        self.code.choices = [one for one in choices if may_be_adopted(one[0], terms[one[0]].unit)]


class WithdrawForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published."), rows=3, least=LEAST_REASON, most=300)
