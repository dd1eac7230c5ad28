"""What people type to object, answer and decide."""

from app.kernel.words import N_
from app.web.fields import FileField, Form, TextArea


class ObjectionForm(Form):
    ground = TextArea(N_("What you object to, and why"), least=10, most=2000)
    file = FileField(N_("Evidence"), optional=True)


class AnswerForm(Form):
    text = TextArea(N_("Your answer"), least=5, most=2000)


class DecisionForm(Form):
    decision = TextArea(N_("Decision and grounds"), hint=N_("Both sides read it."), least=5, most=2000)
