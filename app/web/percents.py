"""A percentage with at most two decimals, kept as whole hundredths of a percent."""

from typing import Any

from app.kernel.choosing import WHOLE
from app.kernel.money import parse_percent, percentage
from app.kernel.words import N_
from app.web.drawn import Drawn, Question, refuse
from app.web.said import said


class PercentField(Question):
    """A percentage from 0 to 99.99; data is hundredths of a percent: 12.5 is 1250."""

    widget = Drawn("text")
    inputmode = "decimal"

    def __init__(self, label: Any = None, validators: Any = None, **options: Any):
        super().__init__(label, validators, suffix="%", **options)

    def process_formdata(self, values: list[Any]) -> None:
        self.data = None
        if values and str(values[0]).strip():
            try:
                self.data = parse_percent(str(values[0]))
            except ValueError as error:
                raise ValueError(said(str(error))) from None

    def written(self) -> str:
        return "" if self.data is None else percentage(self.data)

    def check(self) -> None:
        if not 0 <= self.data < WHOLE:
            raise refuse(N_("Enter a percentage from 0 to 99.99."))
