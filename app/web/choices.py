"""Fields that choose from a list: one of a few, one of many, yes or no, several."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.kernel.words import N_
from app.web.drawn import Drawn, Question, refuse
from app.web.said import said

NOT_LISTED = N_("Choose one of the answers in the list.")


@dataclass(frozen=True)
class Option:
    """One line of a list: the value sent, the words shown, what it means, and whether it is chosen."""

    value: str
    title: str
    hint: str
    chosen: bool


class ChoiceField(Question):
    """Radio buttons: one of a few. Choices are (value, label) or (value, label, hint); `coerce` turns the text sent
    into the value, and a view may set `form.field.choices` before validating."""

    widget = Drawn("choice")
    missing = N_("Choose one: “%(label)s”.")

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        choices: Any = (),
        coerce: Callable[[str], Any] = str,
        **options: Any,
    ):
        super().__init__(label, validators, **options)
        self.choices, self.coerce = choices, coerce

    def process_formdata(self, values: list[Any]) -> None:
        self.data = None
        if values and values[0] != "":
            self.data = self._chosen(str(values[0]))

    @property
    def options(self) -> list[Option]:
        return [self._option(*choice) for choice in self._flat()]

    @property
    def chosen(self) -> list[str]:
        return [] if self.data is None else [_plain(self.data)]

    def _flat(self) -> Iterator[tuple[Any, ...]]:
        lists = self.choices.values() if isinstance(self.choices, dict) else [self.choices]
        return (choice for some in lists for choice in some)

    def _option(self, value: Any, title: Any, hint: Any = "") -> Option:
        return Option(_plain(value), said(title), said(hint), _plain(value) in self.chosen)

    def _chosen(self, sent: str) -> Any:
        """The value of a text sent. Whether it is listed is asked when validating: a view may set the list late."""
        try:
            return self.coerce(sent)
        except (TypeError, ValueError):
            raise ValueError(said(NOT_LISTED)) from None

    def check(self) -> None:
        values = {_plain(choice[0]) for choice in self._flat()}
        if not values.issuperset(self.chosen):
            raise refuse(NOT_LISTED)


class SelectField(ChoiceField):
    """A drop-down: one of many. Choices may be a dict of group → choices. Begins with an empty line."""

    widget = Drawn("select")
    missing = N_("Choose one from the list: “%(label)s”.")

    @property
    def groups(self) -> list[tuple[str, list[Option]]]:
        """(name of the group or "", its options)."""
        groups = self.choices if isinstance(self.choices, dict) else {"": self.choices}
        return [(said(name), [self._option(*choice) for choice in some]) for name, some in groups.items()]


class CheckField(Question):
    """One box to tick; data is a bool. With optional=False it must be ticked (a commitment)."""

    widget = Drawn("check")
    missing = N_("Tick this to go on: “%(label)s”.")

    def __init__(self, label: Any = None, validators: Any = None, *, optional: bool = True, **options: Any):
        super().__init__(label, validators, optional=optional, **options)

    def process_formdata(self, values: list[Any]) -> None:
        self.data = bool(values) and values[0] not in ("", "0", "false")

    def blank(self) -> bool:
        return not self.data


class ChecksField(ChoiceField):
    """Boxes to tick, any number of them; data is a list of values in the order of the list."""

    widget = Drawn("checks")
    missing = N_("Tick at least one: “%(label)s”.")

    def process_formdata(self, values: list[Any]) -> None:
        self.data = list(dict.fromkeys(self._chosen(str(value)) for value in values))

    def check(self) -> None:
        super().check()
        self.data = [self.coerce(_plain(choice[0])) for choice in self._flat() if _plain(choice[0]) in self.chosen]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    @property
    def chosen(self) -> list[str]:
        return [_plain(value) for value in self.data or []]

    def blank(self) -> bool:
        return not self.data


def _plain(value: Any) -> str:
    return str(value)
