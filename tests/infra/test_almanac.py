"""The law's numbers by the day they take effect, and how a process learns of new ones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import InterfaceError

from app.calendars.operations import load as load_notices
from app.infra import almanac
from app.infra.almanac import CalendarDay, Term, deadline, hours, load, number
from app.infra.db import session
from app.infra.shipped import rows
from tests.staging import NOW

TODAY = date(2026, 9, 28)


@pytest.fixture(autouse=True)
def nothing_held(app: Flask) -> Iterator[None]:
    almanac._held.clear()
    yield
    session.rollback()
    almanac._held.clear()


def another_process_adds(model: Any, **values: Any) -> None:
    """A row that this process has not been told of."""
    session.execute(insert(model.__table__).values(**values))


def term(value: str, effective_from: date, code: str = "entry") -> dict[str, Any]:
    known = {"unit": "wd", "zh": "报名", "en": "entry", "basis": "示例", "mark": "D"}
    return known | {"code": code, "value": value, "effective_from": effective_from}


def test_a_term_is_in_force_from_its_day_on(app: Flask):
    another_process_adds(Term, **term("9", date(2026, 10, 1)))
    held = almanac.almanac()
    assert [held.term("entry", day).value for day in (date(2026, 9, 30), date(2026, 10, 1))] == ["3", "9"]


def test_the_day_is_that_of_shanghai(app: Flask):
    another_process_adds(Term, **term("9", date(2026, 10, 1)))
    last_second = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
    assert (number("entry", last_second), number("entry", datetime(2026, 9, 30, 16, tzinfo=UTC))) == (3, 9)


@pytest.mark.parametrize("code, day", [("unheard_of", TODAY), ("entry", date(1999, 12, 31))])
def test_a_term_the_law_does_not_have_is_an_error_that_names_it(app: Flask, code: str, day: date):
    with pytest.raises(KeyError, match=f"no term {code} in force on {day}"):
        almanac.almanac().term(code, day)


def test_a_reader_keeps_its_almanac_and_a_change_of_state_looks_again(app: Flask):
    before = almanac.almanac()
    another_process_adds(Term, **term("9", TODAY))
    assert almanac.almanac() is before and number("entry", NOW) == 3
    assert almanac.almanac(fresh=True) is not before and number("entry", NOW) == 9
    assert almanac.almanac(fresh=True) is almanac.almanac()


def test_whoever_watches_lets_go_of_what_another_process_has_changed(app: Flask):
    stop = Event()
    first = almanac.almanac()
    session.commit()
    thread = Thread(target=almanac.watch, args=(stop, 0.01))
    thread.start()
    try:
        stop.wait(0.1)
        assert almanac._held["now"] is first, "nothing changed, nothing is read anew"
        another_process_adds(Term, **term("9", date(2026, 9, 1)))
        session.commit()
        for _ in range(1000):
            if "now" not in almanac._held:
                break
            stop.wait(0.01)
        assert number("entry", NOW) == 9
    finally:
        stop.set()
        thread.join()


def test_whoever_watches_outlasts_a_database_that_is_away(app: Flask, monkeypatch: pytest.MonkeyPatch):
    stop, asked = Event(), []
    almanac.almanac()
    session.commit()

    def away() -> tuple[int, ...]:
        asked.append(len(asked))
        if len(asked) < 3:
            raise InterfaceError("SELECT", {}, Exception("away"))
        stop.set()
        return (0,)

    monkeypatch.setattr(almanac, "revision", away)
    thread = Thread(target=almanac.watch, args=(stop, 0.01))
    thread.start()
    thread.join(10)
    assert not thread.is_alive() and len(asked) == 3 and "now" not in almanac._held


def test_a_deadline_is_counted_by_what_is_in_force_now(app: Flask):
    first = deadline(NOW, "posting_check")
    assert first == datetime(2026, 9, 29, 16, tzinfo=UTC), "the end of the next day in Shanghai"
    another_process_adds(CalendarDay, day=date(2026, 9, 29), working=False, name="台风停工", source="示例")
    assert deadline(NOW, "posting_check") == datetime(2026, 9, 30, 16, tzinfo=UTC)


def test_working_hours_are_a_term_too(app: Flask):
    assert hours(NOW).spans == ((time(9), time(12)), (time(15), time(18)))
    another_process_adds(Term, **term("08:30-12:00", TODAY, "working_hours"))
    almanac.almanac(fresh=True)
    assert hours(NOW).spans == ((time(8, 30), time(12)),)


def test_loading_twice_adds_nothing_and_what_the_operator_added_stays(app: Flask):
    another_process_adds(Term, **term("9", TODAY))
    another_process_adds(CalendarDay, day=date(2026, 12, 1), working=False, name="示例", source="示例")
    before = [session.scalar(select(func.count()).select_from(model)) for model in (Term, CalendarDay)]
    load(rows("terms.csv"))
    load_notices(rows, {}, NOW)
    after = [session.scalar(select(func.count()).select_from(model)) for model in (Term, CalendarDay)]
    assert after == before and number("entry", NOW) == 9


def test_loading_adds_what_is_not_there_yet(app: Flask):
    load([term("7", date(2027, 1, 1)) | {"effective_from": "2027-01-01"}])
    assert number("entry", datetime(2027, 1, 2, tzinfo=UTC)) == 7
