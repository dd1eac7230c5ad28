from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.kernel.lights import Light
from app.kernel.service_clock import Hours, Pause, ledger
from app.kernel.workdays import WEEK_RULE, Calendar, Exceptional
from app.web import words
from app.web.strip import LOOKS, Stop, lines, strip
from app.web.tongues import TONGUES
from tests.web.small import CALENDAR, small

EVENING = datetime(2026, 9, 17, 9, 30, tzinfo=UTC)
END_OF_SATURDAY = datetime(2026, 10, 10, 16, tzinfo=UTC)


def told(word: Any, *values: Any, locale: str = "zh_Hans", **options: Any) -> Any:
    with small(locale).test_request_context():
        return word(*values, **options)


WRITTEN = [
    (
        words.day,
        date(2026, 10, 10),
        "10 月 10 日（周六，调休上班）",
        "10 月 10 日（週六，調休上班）",
        "Sat 10 Oct (make-up working day)",
    ),
    (words.day, date(2026, 10, 1), "10 月 1 日（周四，放假）", "10 月 1 日（週四，放假）", "Thu 1 Oct (holiday)"),
    (words.day, date(2026, 10, 9), "10 月 9 日（周五）", "10 月 9 日（週五）", "Fri 9 Oct"),
    (words.day, date(2025, 3, 4), "2025 年 3 月 4 日（周二）", "2025 年 3 月 4 日（週二）", "Tue 4 Mar 2025"),
    (words.month, "2026-10", "2026 年 10 月", "2026 年 10 月", "Oct 2026"),
    (words.brief, date(2026, 10, 9), "10/9", "10/9", "9 Oct"),
    (words.brief, date(2025, 10, 9), "2025/10/9", "2025/10/9", "9 Oct 2025"),
    (words.weekday, date(2026, 10, 9), "周五", "週五", "Fri"),
    (words.moment, EVENING, "9 月 17 日 17:30", "9 月 17 日 17:30", "17 Sep 17:30"),
    (
        words.moment,
        EVENING.replace(year=2025),
        "2025 年 9 月 17 日 17:30",
        "2025 年 9 月 17 日 17:30",
        "17 Sep 2025 17:30",
    ),
    (words.clock, EVENING, "17:30", "17:30", "17:30"),
    (
        words.deadline,
        END_OF_SATURDAY,
        "10 月 10 日（周六，调休上班）24:00",
        "10 月 10 日（週六，調休上班）24:00",
        "Sat 10 Oct (make-up working day), 24:00",
    ),
    (words.deadline, EVENING, "9 月 17 日（周四）17:30", "9 月 17 日（週四）17:30", "Thu 17 Sep, 17:30"),
    (
        words.deadline,
        datetime(2027, 1, 4, 16, tzinfo=UTC),
        "2027 年 1 月 4 日（周一，暂定）24:00",
        "2027 年 1 月 4 日（週一，暫定）24:00",
        "Mon 4 Jan 2027 (provisional), 24:00",
    ),
    (words.money, 3_200_000, "3.20 万元", "3.20 萬元", "CNY 32,000"),
    (words.money, 98_000, "980 元", "980 元", "CNY 980"),
    (words.money, 98_050, "980.50 元", "980.50 元", "CNY 980.50"),
    (words.yuan, 3_200_000, "32,000 元", "32,000 元", "CNY 32,000"),
    (words.wan, 98_000, "0.098 万元", "0.098 萬元", "CNY 980"),
    (words.workdays, 5, "5 个工作日", "5 個工作日", "5 working days"),
    (words.workdays, 1, "1 个工作日", "1 個工作日", "1 working day"),
    (words.left, Light("green", 4), "还剩 4 个工作日", "還剩 4 個工作日", "4 working days left"),
    (words.left, Light("yellow", 1), "还剩 1 个工作日", "還剩 1 個工作日", "1 working day left"),
    (words.left, Light("yellow", 0), "今天到期", "今天到期", "due today"),
    (words.left, Light("red", -1), "超期 1 个工作日", "超期 1 個工作日", "1 working day overdue"),
    (words.left, Light("red", 0), "已超期", "已超期", "overdue"),
    (words.left, Light("grey", None), "停止计时", "停止計時", "clock stopped"),
    (words.left, END_OF_SATURDAY, "还剩 2 个工作日", "還剩 2 個工作日", "2 working days left"),
    (words.left, None, "", "", ""),
]


@pytest.mark.parametrize("word, value, hans, hant, english", WRITTEN)
def test_each_language_writes_it_its_own_way(word: Any, value: Any, hans: str, hant: str, english: str) -> None:
    assert told(word, value) == hans
    assert told(word, value, locale="zh_Hant") == hant
    assert told(word, value, locale="en") == english


def test_a_deadline_just_gone_is_overdue_even_with_no_working_day_since() -> None:
    assert told(words.left, datetime(2026, 10, 8, 3, tzinfo=UTC)) == "已超期"


def test_an_instant_belongs_to_its_shanghai_day() -> None:
    assert told(words.day, datetime(2026, 10, 8, 16, tzinfo=UTC)) == "10 月 9 日（周五）"


def test_a_day_outside_the_calendar_still_has_a_name() -> None:
    assert told(words.day, date(1999, 12, 31)) == "1999 年 12 月 31 日（周五）"


@pytest.mark.parametrize(
    "share, decimals, text", [(0.972, 1, "97.2%"), (0.8, 0, "80%"), (0, 1, "0.0%"), (None, 1, "–")]
)
def test_a_share_is_a_percentage_or_a_dash(share: float | None, decimals: int, text: str) -> None:
    assert words.percent(share, decimals) == text


@pytest.mark.parametrize("size, text", [(0, "0 B"), (83_968, "82 KB"), (1_363_148, "1.3 MB"), (3 * 2**30, "3.0 GB")])
def test_a_size_reads_in_the_unit_that_fits(size: int, text: str) -> None:
    assert words.filesize(size) == text


def test_every_language_has_every_pattern() -> None:
    for tongue in TONGUES.values():
        empty = [each.name for each in fields(tongue) if not getattr(tongue, each.name)]
        assert empty in (["between"], ["wan"])


def test_chinese_sets_nothing_between_two_sentences_and_english_a_space() -> None:
    assert told(words.sentences, ["One.", "", "Two."], locale="en") == "One. Two."
    assert told(words.sentences, ["一。", "", "二。"]) == "一。二。"


def test_a_message_is_filled_and_an_empty_one_stays_empty() -> None:
    assert told(words.said, "Keep at most %(most)s rows.", most=3) == "Keep at most 3 rows."
    assert told(words.said, "") == ""
    assert told(words.said, "100% sure") == "100% sure"


def test_a_message_has_its_days_as_pages_write_them() -> None:
    places = {"until": "2026-10-10", "before": "2026-10-09", "notice": "示例通知", "title": "示例"}
    moved = SimpleNamespace(says="%(notice)s: %(before)s, now %(until)s: %(title)s", places=places, due=END_OF_SATURDAY)
    assert told(words.message, moved) == "示例通知: 10 月 9 日（周五）, now 10 月 10 日（周六，调休上班）24:00: 示例"
    adopted = SimpleNamespace(
        says="%(value)s from %(effective_from)s", places={"value": "4", "effective_from": "2026-12-01"}
    )
    assert told(words.message, adopted) == "4 from 2026 年 12 月 1 日"
    assert told(words.message, SimpleNamespace(says="Settled.", places={})) == "Settled."


HOURS = Hours(((time(9), time(12)), (time(15), time(18))))


def counted(pauses: list[Pause] | None = None) -> Any:
    return ledger(CALENDAR, HOURS, date(2026, 9, 28), 5, pauses or [])


def test_the_strip_numbers_the_working_days_and_folds_the_days_off() -> None:
    cells = told(strip, counted(), locale="en")
    assert [(cell.day, cell.number, cell.why) for cell in cells] == [
        ("Mon 28 Sep", "start", "materials complete"),
        ("Tue 29 Sep", "1", "counted"),
        ("Wed 30 Sep", "2", "counted"),
        ("1–7 Oct", "–", "国庆节"),
        ("Thu 8 Oct", "3", "today"),
        ("Fri 9 Oct", "4", "counted"),
        ("Sat 10 Oct", "5", "make-up day·due"),
    ]
    assert [cell.look for cell in cells[3:]] == ["off", "used today", "", "due"]
    assert [cell.day for cell in cells if cell.today] == ["Thu 8 Oct"]


DELIVERIES = [
    ("2026-09-28 16:00", [("Mon 28 Sep", "materials complete·delivered", "off done")], 0),
    ("2026-09-30 16:00", [("Wed 30 Sep", "delivered", "used done")], 2),
    ("2026-10-02 16:00", [("1–7 Oct", "国庆节·delivered", "off done")], 2),
    ("2026-10-10 23:59", [("Sat 10 Oct", "make-up day·due·delivered", "used due done")], 5),
    ("2026-10-11 00:00", [("Sun 11 Oct", "delivered", "late done")], 5),
]


@pytest.mark.parametrize(("at", "marked", "used"), DELIVERIES)
def test_the_strip_of_a_delivered_service_is_used_up_to_its_delivery(at: str, marked: list[Any], used: int) -> None:
    delivered = datetime.fromisoformat(f"{at}+08:00")
    cells = told(strip, counted(), ended=("delivered", delivered), locale="en")
    assert [(cell.day, cell.why, cell.look) for cell in cells if {"done", "late"} & set(cell.look.split())] == marked
    assert sum("used" in cell.look for cell in cells) == used
    assert not any(cell.today for cell in cells), "the clock has stopped"
    assert [cell.why for cell in cells if cell.number in "345" and "used" not in cell.look][:2] == ["not used"] * min(
        2, 5 - used
    )


def test_every_look_of_a_cell_is_known_to_the_styleguide() -> None:
    pause = Pause(datetime(2026, 10, 8, 1, tzinfo=UTC), datetime(2026, 10, 9, 1, tzinfo=UTC))
    starts = [date(2026, 9, day) for day in range(20, 31)] + [date(2026, 10, 8)]
    ledgers = [ledger(CALENDAR, HOURS, start, 2, pauses) for start in starts for pauses in ([], [pause])]
    noons = [datetime(2026, 9, 20, 4, tzinfo=UTC) + timedelta(days=day) for day in range(25)]
    ended = [None, *((how, noon) for how in ("delivered", "terminated") for noon in noons)]
    cells = told(lambda: [cell for one in ledgers for end in ended for cell in strip(one, ended=end)])
    seen = {cell.look for cell in cells}
    assert seen == set(LOOKS)


def test_the_strip_of_a_late_service_ends_with_today() -> None:
    late = ledger(CALENDAR, HOURS, date(2026, 9, 23), 3, [])
    cells = told(strip, late, locale="en")
    assert (cells[-2].day, cells[-2].why, cells[-2].look) == ("Mon 28 Sep", "due", "used due")
    assert (cells[-1].day, cells[-1].why, cells[-1].look) == ("Thu 8 Oct", "3 working days overdue", "late today")
    assert [cell.day for cell in cells if cell.today] == ["Thu 8 Oct"]


def test_the_table_has_a_line_for_every_day_with_its_source() -> None:
    table = told(lambda: list(lines(counted())))
    assert len(table) == 12
    assert [line.number for line in table if line.number != "–"] == ["1", "2", "3", "4", "5"]
    assert all(line.source for line in table)
    assert table[-1].look == "used due"


def test_a_day_off_goes_by_the_word_of_the_calendar() -> None:
    closed = [
        Exceptional(date(2026, 9, 28 + n), False, name, "notice") for n, name in enumerate(["台风停工", "", "停电"])
    ]
    found = ledger(Calendar(closed, 2026, 2026), HOURS, date(2026, 9, 24), 2, [])
    assert [cell.why for cell in told(strip, found, locale="en")][2:4] == ["台风停工·holiday·停电", "due"]
    assert [line.why for line in told(lambda: list(lines(found)))][1:7] == [
        "weekend",
        "weekend",
        "台风停工",
        "holiday",
        "停电",
        "counted",
    ]


def test_a_day_on_which_the_clock_stands_still_names_what_stops_it() -> None:
    first = Pause(datetime(2026, 9, 30, 1, tzinfo=UTC), datetime(2026, 9, 30, 10, tzinfo=UTC))
    last = Pause(datetime(2026, 10, 8, 1, tzinfo=UTC), datetime(2026, 10, 9, 10, tzinfo=UTC))
    stops = [Stop(first.start, first.end, "experts"), Stop(last.start, None, "site"), Stop(last.start, None, "order")]
    found = told(lambda: {line.day: line.source for line in lines(counted([first, last]), stops)})
    assert [found[day] for day in ("9 月 29 日（周二）", "9 月 30 日（周三）")] == [WEEK_RULE, "experts"]
    assert [found[day] for day in ("10 月 8 日（周四）", "10 月 9 日（周五）")] == ["site；order"] * 2
    early = [Stop(first.start, first.end, "experts")]
    assert (
        told(lambda: [one.source for one in lines(counted([last]), early) if "paused" in one.look]) == ["experts"] * 2
    )


def test_a_pause_shows_in_the_strip_and_moves_the_due_day() -> None:
    pause = Pause(datetime(2026, 10, 8, 1, tzinfo=UTC), datetime(2026, 10, 9, 1, tzinfo=UTC))
    cells = told(strip, counted([pause]))
    assert [(cell.number, cell.why) for cell in cells[4:]] == [
        ("–", "clock stopped"),
        ("3", "counted"),
        ("4", "make-up day"),
        ("–", "weekend"),
        ("5", "due"),
    ]
    assert cells[4].today
