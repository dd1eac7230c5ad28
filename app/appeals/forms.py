"""What people type to appeal against a rating and to decide."""

from app.kernel.words import N_
from app.web.fields import FileField, Form, TextArea


class AppealForm(Form):
    ground = TextArea(N_("What is wrong with the rating, and the facts against it"), least=10, most=2000)
    file = FileField(N_("Evidence"), optional=True)


class DecisionForm(Form):
    decision = TextArea(N_("Decision and grounds"), hint=N_("Public, beside the rating."), least=5, most=1000)
