"""What those type who bring what opens a job."""

from app.kernel.words import N_
from app.web.fields import Form, TextField


class ValueForm(Form):
    value = TextField(N_("The value as you read it"), most=200, autocomplete="off")
