"""What the operator types to enter a notice about days: or the file that says them."""

from typing import Any

from werkzeug.datastructures import FileStorage

from app.calendars.rules import KINDS, read_lines
from app.kernel.errors import Invalid
from app.kernel.typed_lines import shown
from app.kernel.words import N_
from app.web.drawn import Drawn, Question, clean
from app.web.fields import DateField, Form, SelectField, TextArea, TextField

LARGEST = 100_000  # bytes of a file of days
UNREADABLE = N_("This is no text file in UTF-8 or GB 18030. Save the table as CSV and choose it again.")


class DaysFile(Question):
    """A file of days, read at once: what it says takes the place of what was typed, to be seen and mended there."""

    widget = Drawn("file")
    multipart, multiple, accept = True, False, ".csv,.txt,text/csv"
    kept: tuple[Any, ...] = ()

    def process_formdata(self, values: list[Any]) -> None:
        self.data = None
        for upload in values:
            if isinstance(upload, FileStorage) and upload.filename:
                self.data = _text(upload.stream.read(LARGEST + 1))


class NoticeForm(Form):
    kind = SelectField(N_("Whose notice is it"), choices=list(KINDS.items()))
    source = TextArea(
        N_("Source"), hint=N_("The title of the notice, with its number if it has one."), rows=2, most=300
    )
    url = TextField(N_("Where it can be read"), hint=N_("An address, if there is one."), optional=True, most=300)
    reason = TextArea(N_("Reason"), hint=N_("Why it is entered. It is published with the notice."), rows=2, most=300)
    published_on = DateField(N_("Published on"), optional=True)
    effective_from = DateField(N_("Holds from"), hint=N_("It cannot be put into force before that day."))
    file = DaysFile(
        N_("The days as a file"),
        hint=N_("A CSV file with the columns day, working and name. It replaces what stands below."),
        optional=True,
    )
    lines = TextArea(
        N_("The days"),
        hint=N_("One a line: the day, 1 if it is worked or 0 if not, and its name, like 2027-02-06,0,春节."),
        rows=12,
        most=20_000,
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        if self.file.data:
            self.lines.data, self.lines.raw_data = self.file.data, [self.file.data]

    def validate(self, extra_validators: Any = None) -> bool:
        shaped = bool(super().validate(extra_validators))
        for wrong in shown(read_lines(self.lines.data)[1]) if self.lines.data else ():
            self.refuse(Invalid(wrong.says, field="lines", **wrong.places))
        return shaped and not self.lines.errors

    @property
    def stated(self) -> dict[str, Any]:
        """The values as `operations.enter` takes them."""
        return {name: value for name, value in self.values.items() if name != "file"}


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise ValueError(N_("The file is too large to be a list of days."))
    for code in ("utf-8-sig", "gb18030"):
        try:
            return clean(content.decode(code), lines=True)
        except ValueError:
            continue
    raise ValueError(UNREADABLE)
