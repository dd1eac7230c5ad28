"""What a regulator types to record and decide, a firm to state, object and ask for repair."""

from app.kernel.words import N_
from app.web.fields import DateField, FileField, Form, SelectField, TextArea


def number(sent: str) -> int:
    return int(sent)


class RecordForm(Form):
    code = SelectField(N_("Kind of event"))
    happened_on = DateField(N_("The day on which it happened"))
    job_id = SelectField(N_("Job it happened in"), coerce=number, optional=True)
    item_id = SelectField(
        N_("Service it concerns"),
        hint=N_("Not needed with a job. Only a fraud may concern no particular service."),
        coerce=number,
        optional=True,
    )
    professional = SelectField(N_("Professional it is about too"), coerce=number, optional=True)
    evidence = TextArea(
        N_("Evidence"),
        hint=N_("What happened and how it is known; published with the event."),
        least=10,
        most=2000,
    )
    file = FileField(
        N_("Paper that proves it"), hint=N_("Only the firm, the regulator and the operator read it."), optional=True
    )


class StatementForm(Form):
    statement = TextArea(N_("Your statement"), hint=N_("It is published beside the event."), least=5, most=2000)


class ObjectionForm(Form):
    objection = TextArea(N_("Your objection, and why"), least=10, most=2000)
    file = FileField(N_("Paper that proves it"), optional=True)


class DecisionForm(Form):
    decision = TextArea(N_("Decision and grounds"), least=5, most=2000)


class PleaForm(Form):
    plea = TextArea(N_("What you have mended, and what keeps it from happening again"), least=10, most=2000)
