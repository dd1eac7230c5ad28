"""What a regulator types to import another authority's blacklist, and to decide on a line of it."""

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


class DecisionForm(Form):
    decision = TextArea(N_("Decision and grounds"), least=5, most=2000)
