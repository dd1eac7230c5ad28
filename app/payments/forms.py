"""What either side types about a payment of the fee."""

from app.kernel.words import N_
from app.web.fields import DateField, Form, MoneyField


class PaymentForm(Form):
    paid_on = DateField(N_("Paid on"), hint=N_("The day on which the money came. If none came: today."))
    cents = MoneyField(N_("Amount paid"), hint=N_("A part is one payment. Write 0 if nothing came."), least=0)
