"""What the operator types to let words mean the same."""

from app.finding.rules import LONGEST_WORD
from app.kernel.words import N_
from app.web.fields import Form, TextArea, TextField


class SynonymsForm(Form):
    words = TextArea(
        N_("Words that mean the same"),
        hint=N_(
            "One in each line, the full name first, for example 环境影响评价 and then 环评. A word after “<” is "
            "narrower: it is found, but does not find the others."
        ),
        most=LONGEST_WORD * 8 + 8,
        rows=4,
    )
    source = TextField(
        N_("Where the full name stands"),
        hint=N_("A law, a standard or a list. Without it the group is marked as a default of this market."),
        optional=True,
        most=200,
    )
