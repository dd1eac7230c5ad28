"""What the parties and those who supervise them type to change the course of a service."""

from app.kernel.words import N_
from app.web.fields import Form, IntegerField, TextArea


class ExtensionForm(Form):
    days = IntegerField(N_("Working days more"), least=1)
    reason = TextArea(
        N_("Why the service cannot be delivered in time"),
        hint=N_("So that a third person understands it."),
        least=5,
        most=1000,
    )


class ScopeForm(Form):
    days = IntegerField(
        N_("Working days more or fewer"),
        hint=N_("Like 3, or -2 for two fewer. 0 records a change that needs no other time."),
    )
    reason = TextArea(N_("What changes in the scope, and why"), least=5, most=1000)


class AnswerForm(Form):
    answer = TextArea(N_("Why the days should stay as they are"), least=5, most=1000)


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published."), least=5, most=1000)
