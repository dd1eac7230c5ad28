"""What people type to ask about a job, to answer, and to withhold a question."""

from app.kernel.words import N_
from app.web.fields import Form, TextArea


class QuestionForm(Form):
    text = TextArea(
        N_("Your question"),
        hint=N_("Do not write who you are: everybody reads the question when it is answered."),
        least=5,
        most=1000,
    )


class AnswerForm(Form):
    answer = TextArea(N_("Your answer"), hint=N_("Everybody reads it at once."), least=2, most=2000)


class ReasonForm(Form):
    reason = TextArea(N_("Reason"), hint=N_("It is published."), least=5, most=1000)
