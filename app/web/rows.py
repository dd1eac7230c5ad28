"""A group of fields that repeats, without JavaScript: rows are added and dropped by submit buttons."""

from collections.abc import Sequence
from typing import Any

from wtforms import Form as PlainForm
from wtforms.utils import unset_value

from app.kernel.words import N_
from app.web.drawn import Drawn, Question
from app.web.said import said
from app.web.uploads import FileField

MOST_ROWS = 100
ROW = N_("Row")


class Row(PlainForm):
    """The fields of one row. A row in which nothing is filled in does not count."""

    key = ""

    def suggest(self, **texts: Sequence[str]) -> None:
        """Offer texts for some of the fields, by their names."""
        for name, some in texts.items():
            setattr(self[name], "suggestions", some)  # noqa: B010  a row has fields of every class

    @property
    def blank(self) -> bool:
        return all(field.blank() and not field.process_errors for field in self if isinstance(field, Question))


class RowsField(Question):
    """A repeating group; data is a list of dicts, one per row filled in.

    `row` is a Row class. At least `least` and at most `most` rows; a new form shows `shown` empty ones. `noun` is the
    msgid for one row ("Qualification"), shown as its legend with its number.
    """

    widget = Drawn("rows")
    missing = N_("Fill in at least one row: “%(label)s”.")

    def __init__(
        self,
        label: Any = None,
        row: type[Row] = Row,
        *,
        noun: Any = ROW,
        least: int = 1,
        most: int = 20,
        shown: int = 1,
        **options: Any,
    ):
        super().__init__(label, None, optional=least == 0 and not options.get("dependent"), **options)
        self.row, self.noun, self.least, self.most, self.shown = row, noun, least, min(most, MOST_ROWS), shown
        self.rows: list[Row] = []
        self.changed = False

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        if data is unset_value:
            data = self.default() if callable(self.default) else self.default
        self.object_data = data
        keys = formdata.getlist(self.marker) if formdata is not None else []
        if keys:
            self.rows = [self._row(key, formdata) for key in self._wanted(keys, formdata)]
        else:
            given = list(data or [])
            blanks = max(self.shown, self.least) if not given else 0
            self.rows = [self._row(str(i), None, one) for i, one in enumerate(given + [None] * blanks)]

    @property
    def marker(self) -> str:
        """The hidden input that names a row shown."""
        return f"{self.name}-row"

    @property
    def data(self) -> list[dict[str, Any]]:
        return [row.data for row in self.rows if not row.blank]

    @data.setter
    def data(self, value: Any) -> None:
        """Rows hold the data; wtforms sets None before processing."""

    @property
    def one(self) -> str:
        return said(self.noun)

    @property
    def called_for(self) -> bool:
        return self.changed or super().called_for

    @property
    def multipart(self) -> bool:
        return any(isinstance(field, FileField) for row in self.rows for field in row)

    @property
    def problems(self) -> list[tuple[str, str]]:
        within = [
            found for row in self.rows for field in row if isinstance(field, Question) for found in field.problems
        ]
        return [problem for problem in super().problems if not within] + within

    @property
    def again(self) -> list[str]:
        return [title for row in self.rows for field in row if isinstance(field, Question) for title in field.again]

    def blank(self) -> bool:
        return not self.data

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Check every row filled in, then how many there are."""
        filled = [row for row in self.rows if not row.blank]
        checked = [row.validate() for row in filled]
        self.errors = []
        if len(filled) > self.most:
            self.errors = [said(N_("Keep at most %(most)s rows."), most=self.most)]
        elif not filled and self.least:
            self.errors = [said(self.missing, label=self.title)]
        elif len(filled) < self.least:
            self.errors = [said(N_("Fill in at least %(least)s rows."), least=self.least)]
        elif not all(checked):
            self.errors = [said(N_("Look at the rows marked below."))]
        return not self.errors

    def _wanted(self, sent: list[str], formdata: Any) -> list[str]:
        """The rows to show: those sent, without the one dropped, with the one added (under a number never sent)."""
        sent = [key for key in dict.fromkeys(sent) if key.isascii() and key.isdigit() and len(key) < 5][:MOST_ROWS]
        dropped, more = formdata.get(f"{self.name}-drop"), formdata.get(f"{self.name}-more")
        shown = [key for key in sent if key != dropped]
        self.changed = dropped is not None or more is not None or not shown
        if (more is not None and len(shown) < self.most) or not shown:
            shown.append(str(max(map(int, sent), default=-1) + 1))
        return shown

    def _row(self, key: str, formdata: Any, given: Any = None) -> Row:
        known = {"data": given} if isinstance(given, dict) else {"obj": given}
        row = self.row(formdata, prefix=f"{self.name}-{key}-", **known)
        row.key = key
        return row
