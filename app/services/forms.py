"""What the two sides and the regulator type about the service."""

from app.kernel.words import N_
from app.services.rules import REASONS
from app.web.fields import ChecksField, ChoiceField, FileField, FilesField, Form, TextArea


class PauseForm(Form):
    reason = ChoiceField(N_("Reason"), choices=list(REASONS.items()))
    text = TextArea(N_("What happened"), hint=N_("Say it so that a third person understands it."), most=1000, rows=4)
    file = FileField(N_("Evidence"), optional=True)


class DeliverForm(Form):
    files = FilesField(N_("The report"), hint=N_("Their SHA-256 is published, so that nobody can exchange them."))
    note = TextArea(N_("Note"), optional=True, most=1000, rows=3)


class AcceptForm(Form):
    checklist = ChecksField(N_("What the standard asks of the report"), coerce=int, optional=True)


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("Say everything at once."), least=5, most=1000)


class AnswerForm(Form):
    answer = TextArea(N_("Why not"), least=5, most=1000)
