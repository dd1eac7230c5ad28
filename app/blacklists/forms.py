"""What a regulator types to import another authority's blacklist, and to decide on a line of it."""

from typing import Any

from app.kernel.errors import Invalid
from app.kernel.outside_list import read
from app.kernel.typed_lines import shown
from app.kernel.words import N_
from app.web.fields import Form, TextArea

LONGEST_LIST = 400_000


class ImportForm(Form):
    text = TextArea(
        N_("The list as CSV"),
        hint=N_("One line for each firm. The first line names the columns: code,name,reason,from,until,source"),
        most=LONGEST_LIST,
        rows=12,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        shaped = bool(super().validate(extra_validators))
        for wrong in shown(read(self.text.data)[1]) if shaped else ():
            self.refuse(Invalid(wrong.says, field="text", **wrong.places))
        return shaped and not self.text.errors


class DecisionForm(Form):
    decision = TextArea(N_("Decision and grounds"), least=5, most=2000)
