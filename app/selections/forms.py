"""What people type to give an award up, and to have a transcript recomputed."""

from app.kernel.words import N_
from app.web.fields import Form, IntegerField, TextArea


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published."), least=5, most=1000)


class CorrectionForm(Form):
    award_id = IntegerField(N_("Award"), least=1, most=2**31 - 1)
    reason = TextArea(
        N_("What was wrong, and how it is known"),
        hint=N_("It is published and told to everybody who entered."),
        least=10,
        most=2000,
    )


class TranscriptForm(Form):
    text = TextArea(N_("Transcript"), hint=N_("Paste the published file as it is."), rows=12, most=2_000_000)
