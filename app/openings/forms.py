"""What those type who bring what opens a job."""

from app.kernel.words import N_
from app.web.fields import Form, TextField


class ValueForm(Form):
    value = TextField(N_("The value as you read it"), most=200, autocomplete="off")


class ShareForm(Form):
    share = TextField(
        N_("The share, as it stands on your paper"), hint=N_("14 groups of four letters and digits."), most=200
    )
