"""What people type about themselves and their units."""

from app.kernel.words import N_
from app.web.fields import CheckField, ChoiceField, Form, PasswordField, SelectField, TextField
from app.web.registration import UnitFields


class SignInForm(Form):
    typed = TextField(N_("User name or mobile number"), autocomplete="username", most=100)
    password = PasswordField(N_("Password"))


class OwnerForm(UnitFields):
    natural = CheckField(
        N_("I am a natural person, not a unit"),
        hint=N_("Then type your identity number instead of the credit code. Others see it masked."),
    )


class OfficeForm(UnitFields):
    kind = ChoiceField(
        N_("Kind of office"),
        choices=[("regulator", N_("regulator of a sector")), ("operator", N_("office of the operator"))],
    )
    sector = SelectField(N_("Sector"), hint=N_("Only for regulators."), optional=True)


class MemberForm(Form):
    role = ChoiceField(N_("Role"))
    username = TextField(N_("User name"), hint=N_("Of somebody known here, or a new one."), least=3, most=40)
    person_name = TextField(N_("Name"), optional=True, most=60)
    mobile = TextField(N_("Mobile number"), optional=True, most=30)
    password = PasswordField(
        N_("First password"),
        hint=N_("Only for a new account. Tell it to the person in private; they change it after signing in."),
        optional=True,
        autocomplete="new-password",
    )


class PasswordForm(Form):
    old_password = PasswordField(N_("Present password"))
    new_password = PasswordField(
        N_("New password"), hint=N_("At least 10 characters; a short sentence is good."), autocomplete="new-password"
    )
