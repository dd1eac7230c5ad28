"""What registration pages of several features share."""

from typing import Any

from app.accounts.operations import NewPerson
from app.kernel.words import N_
from app.web.fields import Form, PasswordField, SelectField, TextField


class UnitForm(Form):
    """What is asked of a unit; the pages draw it before the person."""

    name = TextField(N_("Legal name"), hint=N_("As on the licence or identity card."), autocomplete="organization")
    code = TextField(
        N_("Unified social credit code"), hint=N_("18 characters, on the licence. Checked to the last digit."), most=30
    )
    district_code = SelectField(N_("District"))
    address = TextField(N_("Address"), optional=True, autocomplete="street-address")
    contact_name = TextField(N_("Contact person"), most=60)
    contact_phone = TextField(N_("Contact telephone"), autocomplete="tel", most=30)


class UnitFields(UnitForm):
    """A unit with its first administrator."""

    person_name = TextField(N_("Your name"), autocomplete="name", most=60)
    username = TextField(
        N_("User name"),
        hint=N_("To sign in with: 3 to 40 letters, digits, dots or hyphens."),
        autocomplete="username",
        least=3,
        most=40,
    )
    mobile = TextField(
        N_("Mobile number"), hint=N_("Also works for signing in."), optional=True, autocomplete="tel", most=30
    )
    password = PasswordField(
        N_("Password"), hint=N_("At least 10 characters; a short sentence is good."), autocomplete="new-password"
    )


def unit_values(form: Any) -> dict[str, Any]:
    """A registration form's values as `register_unit` takes them."""
    values = form.values
    person = NewPerson(values.pop("username"), values.pop("mobile"), values.pop("person_name"), values.pop("password"))
    return values | {"person": person}
