"""Why the service may say no. Each refusal is answered once, in app/web/answers.py.

The text is an English sentence collected for translation, with %(name)s places filled from the keyword arguments.
"""


class Refusal(Exception):
    """A no that the user can understand; `text` says what to do, `places` fill it, `field` names the form field."""

    status = 409

    def __init__(self, text: str, *, field: str | None = None, **places: object):
        super().__init__(text)
        self.text, self.field, self.places = text, field, places

    def __str__(self) -> str:
        return self.text % self.places if self.places else self.text


class NotAllowed(Refusal):
    """This actor may not do this."""

    status = 403


class WrongState(Refusal):
    """Too late or too early: the thing is in another state than the step needs."""

    status = 409


class Invalid(Refusal):
    """What was typed cannot be accepted."""

    status = 422
