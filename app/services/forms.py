"""What the two sides and the regulator type about the service."""

from app.contracts.rules import CAME
from app.kernel.words import N_
from app.services.rules import REASONS
from app.web.fields import CheckField, ChecksField, ChoiceField, FileField, FilesField, Form, TextArea

SCANS = ".pdf,.ofd,.docx,.xlsx,.jpg,.jpeg,.png,.zip"


class PauseForm(Form):
    reason = ChoiceField(N_("Reason"), choices=list(REASONS.items()))
    text = TextArea(
        N_("What happened"),
        hint=N_("So that a third person understands it. At least 20 characters, or add a file."),
        dependent=True,
        most=1000,
        rows=4,
    )
    file = FileField(N_("Evidence"), hint=N_("A notice, a letter, a photograph."), dependent=True, accept=SCANS)


class DeliverForm(Form):
    files = FilesField(N_("The report"), hint=N_("Both sides see the SHA-256 of every file."), accept=SCANS)
    note = TextArea(N_("A word to the owner"), optional=True, most=1000, rows=3)
    came = CheckField(CAME)


class AcceptForm(Form):
    checklist = ChecksField(
        N_("Quality checklist of the unified standard"),
        hint=N_("Tick what the report meets. It stays on the record."),
        coerce=int,
        optional=True,
    )
    came = CheckField(CAME)


class ReworkForm(Form):
    reason = TextArea(N_("What must be mended"), hint=N_("Name everything at once."), least=5, most=2000)


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), least=5, most=1000)


class AnswerForm(Form):
    answer = TextArea(N_("Why the clock should not stand still"), least=5, most=1000)
