"""Days, moments, deadlines and time left, as each language writes them.

Days are Asia/Shanghai dates, instants are aware. The patterns are locale data, like CLDR's, in app/web/tongues.py.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from flask import Flask, current_app, g

from app.kernel.workdays import HERE, Calendar, due_day, local_day
from app.web.locale import language
from app.web.tongues import TONGUES, Tongue


class Light(Protocol):
    """How a clock stands: color is green, yellow, red or grey; days_left is below zero when overrun."""

    @property
    def color(self) -> str: ...

    @property
    def days_left(self) -> int | None: ...


def plug(app: Flask, *, calendar: Callable[[], Calendar], now: Callable[[], datetime]) -> None:
    """Say where the calendar and the request's instant come from; both are asked at each use."""
    app.extensions["dates"] = {"calendar": calendar, "now": now}


def tongue() -> Tongue:
    return TONGUES[language().name]


def today() -> date:
    """The Shanghai date of the request's instant."""
    found: date | None = g.get("today")
    if found is None:
        found = g.today = _here(_now())
    return found


def day(value: date) -> str:
    """10 月 10 日（周六，调休上班）; Sat 10 Oct (make-up working day). With the year when it is not this year."""
    return _day(value, _calendar())


def full(value: date) -> str:
    """2026 年 10 月 10 日; 10 Oct 2026: the date on a paper, whatever kind of day it is."""
    speaks = tongue()
    return speaks.write(speaks.date, _here(value))


def month(value: str) -> str:
    """2026 年 10 月; Oct 2026, of 2026-10."""
    speaks = tongue()
    return speaks.write(speaks.month, date.fromisoformat(f"{value}-01"))


def brief(value: date) -> str:
    """10/8; 8 Oct: for timelines. With the year when it is not this year. Of an instant, the day on which it happened
    and from which what follows is counted: midnight begins a day."""
    value = local_day(value) if isinstance(value, datetime) else value
    speaks = tongue()
    return speaks.write(speaks.brief if value.year == today().year else speaks.brief_of_year, value)


def span(first: date, last: date) -> str:
    """10/2–7; 2–7 Oct, or 9/30–10/7 over the end of a month: a run of days in the strip."""
    speaks = tongue()
    if (first.year, first.month) == (last.year, last.month):
        return speaks.write(speaks.run, first, end=str(last.day))
    return "–".join(speaks.write(speaks.brief, value) for value in (first, last))


def weekday(value: date) -> str:
    """周六; Sat."""
    return tongue().weekdays[_here(value).weekday()]


def cell(value: date) -> str:
    """10/8 周四; Thu 8 Oct: a day in the strip."""
    speaks = tongue()
    return speaks.write(speaks.cell, _here(value))


def moment(value: datetime) -> str:
    """9 月 17 日 17:30; 17 Sep 17:30."""
    here = _here(value)
    speaks = tongue()
    pattern = speaks.moment if here.year == today().year else speaks.moment_of_year
    return speaks.write(pattern, here, clock=clock(value))


def clock(value: datetime) -> str:
    """17:30, in Asia/Shanghai."""
    return f"{value.astimezone(HERE):%H:%M}"


def deadline(due: datetime, calendar: Calendar | None = None) -> str:
    """10 月 10 日（周六，调休上班）24:00 for a deadline stored as the exclusive instant its last day ends.

    Says that it is provisional when it lies past the last published year of the calendar: the one in force, where no
    other is given.
    """
    last = due_day(due)
    ends = clock(due) if _here(due) == last else "24:00"
    calendar = calendar or _calendar()
    extra = [tongue().provisional] if calendar.provisional(last) else []
    return tongue().deadline.format(day=_day(last, calendar, *extra), clock=ends)


def left(light: Light | datetime | None) -> str:
    """还剩 2 个工作日, 今天到期, 超期 1 个工作日 or 停止计时, of a light or of a deadline; "" when there is none."""
    if light is None:
        return ""
    if isinstance(light, datetime):
        return _left(_calendar().days_left(_now(), light), late=_now() >= light)
    if light.color == "grey" or light.days_left is None:
        return tongue().stopped
    return _left(light.days_left, late=light.color == "red")


def workdays(count: int) -> str:
    """5 个工作日; 1 working day."""
    return _counted(tongue().workdays, count)


def _day(value: date, calendar: Calendar, *extra: str) -> str:
    value, speaks = _here(value), tongue()
    known = calendar.first_day <= value <= calendar.last_day
    why = speaks.whys.get(calendar.describe(value).kind) if known else None
    whys = "".join(speaks.why.format(why=each) for each in ([why] if why else []) + list(extra))
    return speaks.write(speaks.day if value.year == today().year else speaks.day_of_year, value, whys=whys)


def _left(days: int, *, late: bool) -> str:
    if late or days < 0:
        return _counted(tongue().late, -days) if days < 0 else tongue().overdue
    return _counted(tongue().left, days) if days else tongue().today


def _counted(forms: tuple[str, str], count: int) -> str:
    return forms[count != 1].format(n=count)


def _here(value: date) -> date:
    return value.astimezone(HERE).date() if isinstance(value, datetime) else value


def _calendar() -> Calendar:
    return current_app.extensions["dates"]["calendar"]()


def _now() -> datetime:
    return current_app.extensions["dates"]["now"]()
