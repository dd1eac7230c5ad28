"""What a regulator writes who has looked at a rating."""

from app.kernel.words import N_
from app.web.fields import Form, TextArea


class KeepForm(Form):
    note = TextArea(
        N_("What you looked at, and why it stays"), hint=N_("For regulators and the operator."), least=5, most=1000
    )
