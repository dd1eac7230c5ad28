"""The patterns in which each language writes dates, deadlines, money and time left."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from babel.dates import get_day_names, get_month_names


@dataclass(frozen=True)
class Tongue:
    """One language. Dates are filled with y, m, d, month, weekday and whys; pairs are (one, several).

    Chinese sets a half-width space between Chinese and Latin characters; an empty `wan` means the language has no
    unit of ten thousand; `between` stands between two sentences.
    """

    locale: str
    day: str
    day_of_year: str
    date: str
    month: str
    brief: str
    brief_of_year: str
    cell: str
    run: str
    moment: str
    moment_of_year: str
    deadline: str
    why: str
    whys: dict[str, str]
    provisional: str
    yuan: str
    wan: str
    workdays: tuple[str, str]
    left: tuple[str, str]
    late: tuple[str, str]
    today: str
    overdue: str
    stopped: str
    between: str

    @cached_property
    def weekdays(self) -> tuple[str, ...]:
        """The short names of the days of the week, Monday first."""
        names = get_day_names("abbreviated", locale=self.locale)
        return tuple(names[number] for number in range(7))

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The short names of the months, January first."""
        names = get_month_names("abbreviated", locale=self.locale)
        return tuple(names[number] for number in range(1, 13))

    def write(self, pattern: str, value: datetime.date, **more: str) -> str:
        """A day by one of the patterns."""
        weekday, month = self.weekdays[value.weekday()], self.months[value.month - 1]
        return pattern.format(y=value.year, m=value.month, d=value.day, weekday=weekday, month=month, **more)


TONGUES = {
    "zh_Hans": Tongue(
        locale="zh_Hans",
        day="{m} 月 {d} 日（{weekday}{whys}）",
        day_of_year="{y} 年 {m} 月 {d} 日（{weekday}{whys}）",
        date="{y} 年 {m} 月 {d} 日",
        month="{y} 年 {m} 月",
        brief="{m}/{d}",
        brief_of_year="{y}/{m}/{d}",
        cell="{m}/{d} {weekday}",
        run="{m}/{d}–{end}",
        moment="{m} 月 {d} 日 {clock}",
        moment_of_year="{y} 年 {m} 月 {d} 日 {clock}",
        deadline="{day}{clock}",
        why="，{why}",
        whys={"makeup": "调休上班", "holiday": "放假"},
        provisional="暂定",
        yuan="{n} 元",
        wan="{n} 万元",
        workdays=("{n} 个工作日", "{n} 个工作日"),
        left=("还剩 {n} 个工作日", "还剩 {n} 个工作日"),
        late=("超期 {n} 个工作日", "超期 {n} 个工作日"),
        today="今天到期",
        overdue="已超期",
        stopped="停止计时",
        between="",
    ),
    "zh_Hant": Tongue(
        locale="zh_Hant",
        day="{m} 月 {d} 日（{weekday}{whys}）",
        day_of_year="{y} 年 {m} 月 {d} 日（{weekday}{whys}）",
        date="{y} 年 {m} 月 {d} 日",
        month="{y} 年 {m} 月",
        brief="{m}/{d}",
        brief_of_year="{y}/{m}/{d}",
        cell="{m}/{d} {weekday}",
        run="{m}/{d}–{end}",
        moment="{m} 月 {d} 日 {clock}",
        moment_of_year="{y} 年 {m} 月 {d} 日 {clock}",
        deadline="{day}{clock}",
        why="，{why}",
        whys={"makeup": "調休上班", "holiday": "放假"},
        provisional="暫定",
        yuan="{n} 元",
        wan="{n} 萬元",
        workdays=("{n} 個工作日", "{n} 個工作日"),
        left=("還剩 {n} 個工作日", "還剩 {n} 個工作日"),
        late=("超期 {n} 個工作日", "超期 {n} 個工作日"),
        today="今天到期",
        overdue="已超期",
        stopped="停止計時",
        between="",
    ),
    "en": Tongue(
        locale="en",
        day="{weekday} {d} {month}{whys}",
        day_of_year="{weekday} {d} {month} {y}{whys}",
        date="{d} {month} {y}",
        month="{month} {y}",
        brief="{d} {month}",
        brief_of_year="{d} {month} {y}",
        cell="{weekday} {d} {month}",
        run="{d}–{end} {month}",
        moment="{d} {month} {clock}",
        moment_of_year="{d} {month} {y} {clock}",
        deadline="{day}, {clock}",
        why=" ({why})",
        whys={"makeup": "make-up working day", "holiday": "holiday"},
        provisional="provisional",
        yuan="CNY {n}",
        wan="",
        workdays=("{n} working day", "{n} working days"),
        left=("{n} working day left", "{n} working days left"),
        late=("{n} working day overdue", "{n} working days overdue"),
        today="due today",
        overdue="overdue",
        stopped="clock stopped",
        between=" ",
    ),
}
