"""Writes data/calendar.csv and data/calendar_sources.csv; run it again when a new year's notice is out.

National days are the facts of the development dependency chinesecalendar, corrected where a notice says otherwise
(LACKING). Guangxi's days are written out below, because nothing publishes them as data: only days that the yearly
notice names are listed, a weekend that merely adjoins stays a weekend. Where a Guangxi notice gives a day off that the
national notice makes a make-up day (2017-04-01, 2022-04-02, 2023-04-23), people in Guangxi are off: Guangxi's row wins.

    python -m scripts.make_calendar
"""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from chinese_calendar import constants

from app.kernel.workdays import WEEK_RULE

DATA = Path(__file__).resolve().parents[1] / "data"
COLUMNS = ("day", "working", "name", "source")
SOURCE_COLUMNS = ("source", "scope", "note")

NUMBERS = {
    2006: "国办发明电〔2005〕35号",
    2007: "国办发明电〔2006〕49号",
    2008: "国办发明电〔2007〕52号",
    2009: "国办发明电〔2008〕42号",
    2010: "国办发明电〔2009〕27号",
    2011: "国办发明电〔2010〕40号",
    2012: "国办发明电〔2011〕45号",
    2013: "国办发明电〔2012〕33号",
    2014: "国办发明电〔2013〕28号",
    2015: "国办发明电〔2014〕28号",
    2016: "国办发明电〔2015〕18号",
    2017: "国办发明电〔2016〕17号",
    2018: "国办发明电〔2017〕12号",
    2019: "国办发明电〔2018〕15号",
    2020: "国办发明电〔2019〕16号",
    2021: "国办发明电〔2020〕27号",
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
}
VICTORY_2015 = "《国务院关于中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日调休放假的通知》（国发明电〔2015〕1号）"
LABOUR_2019 = "《国务院办公厅关于调整2019年劳动节假期安排的通知》（国办发明电〔2019〕3号）"
SPRING_2020 = "《国务院办公厅关于延长2020年春节假期的通知》（国办发明电〔2020〕1号）"
CHANGED = {
    VICTORY_2015: [date(2015, 9, day) for day in (3, 4, 5, 6)],
    LABOUR_2019: [date(2019, 4, 28), *(date(2019, 5, day) for day in (1, 2, 3, 4, 5))],
    SPRING_2020: [date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)],
}

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}
# Days that the notices name and chinesecalendar 1.11 leaves out.
LACKING = [
    (date(2005, 12, 31), True, "元旦"),
    (date(2011, 6, 5), False, "端午节"),
    (date(2012, 6, 23), False, "端午节"),
    (date(2015, 9, 5), False, "抗战胜利70周年纪念日"),
]

# Year: days off, days worked for them (month, day). The festival is the third day of the third lunar month.
SANYUESAN = {
    2014: ([(4, 2), (4, 3)], []),
    2015: ([(4, 20), (4, 21)], []),
    2016: ([(4, 8), (4, 9), (4, 10), (4, 11)], []),
    2017: ([(3, 30), (3, 31), (4, 1)], [(4, 8)]),
    2018: ([(4, 18), (4, 19), (4, 20)], [(4, 15)]),
    2019: ([(4, 4), (4, 8)], []),
    2020: ([], []),
    2021: ([(4, 14), (4, 15), (4, 16)], [(4, 18)]),
    2022: ([(4, 2), (4, 6)], []),
    2023: ([(4, 21), (4, 22), (4, 23)], []),
    2024: ([(4, 11), (4, 12)], []),
    2025: ([(3, 31), (4, 1)], []),
    2026: ([(4, 17), (4, 18), (4, 19), (4, 20)], []),
}
MEASURES = "《广西壮族自治区少数民族习惯节日放假办法》（广西壮族自治区人民政府令第98号）"
NOTES = {
    2016: "农历三月初三、初四为周六、周日，周五、周一补休。",
    2017: "4 月 1 日全国补班，广西放假；4 月 8 日上班。",
    2019: "与清明节（4 月 5 日至 7 日）重叠，4 月 4 日、8 日放假调休。",
    2020: "因疫情防控照常上班，由各单位另行补休，故无例外日。",
    2022: "与清明节（4 月 3 日至 5 日）重叠；4 月 2 日全国补班，广西放假；4 月 6 日放假。",
    2023: "4 月 23 日全国补班，广西放假。",
    2026: "农历三月初二、初三为周六、周日，周五、周一补休。",
}


def national() -> dict[date, dict[str, str]]:
    """The State Council's exceptional days by day, 2004 to 2026, as rows of the file."""
    days = [(day, False, NAMES[name]) for day, name in constants.holidays.items()]
    days += [(day, True, NAMES[name]) for day, name in constants.workdays.items()]
    return {day: _row(day, working, name, _notice_of(day, name)) for day, working, name in sorted(days + LACKING)}


def guangxi() -> dict[date, dict[str, str]]:
    """Guangxi's own exceptional days by day, 2014 to 2026, as rows of the file."""
    rows = {}
    for year, (off, worked) in SANYUESAN.items():
        for working, days in ((False, off), (True, worked)):
            for month, number in days:
                day = date(year, month, number)
                rows[day] = _row(day, working, _festival(year), _guangxi_notice(year))
    return rows


def calendar_csv() -> str:
    rows = national() | guangxi()
    return _csv(COLUMNS, (rows[day] for day in sorted(rows)))


def sources_csv() -> str:
    """Every cited document once, with what its reading needed."""
    entries = [(WEEK_RULE, "national", "星期六、星期日为周休息日。1995 年 5 月 1 日起施行。")]
    entries += [(_notice(year), "national", "" if year in NUMBERS else "文号未核实。") for year in range(2004, 2027)]
    entries += [(source, "national", "改动当年通知。") for source in CHANGED]
    entries += [(MEASURES, "guangxi", "壮族三月三全体公民放假 2 天，具体日期每年由自治区人民政府办公厅公布。")]
    entries += [(_guangxi_notice(year), "guangxi", NOTES.get(year, "")) for year in SANYUESAN]
    return _csv(SOURCE_COLUMNS, (dict(zip(SOURCE_COLUMNS, entry, strict=True)) for entry in entries))


def _row(day: date, working: bool, name: str, source: str) -> dict[str, str]:
    return {"day": day.isoformat(), "working": str(int(working)), "name": name, "source": source}


def _notice_of(day: date, name: str) -> str:
    for source, days in CHANGED.items():
        if day in days:
            return source
    return _notice(day.year + 1 if name == "元旦" and day.month == 12 else day.year)


def _notice(year: int) -> str:
    number = f"（{NUMBERS[year]}）" if year in NUMBERS else ""
    return f"《国务院办公厅关于{year}年部分节假日安排的通知》{number}"


def _festival(year: int) -> str:
    return "壮族三月三" if year < 2025 else "广西三月三"


def _guangxi_notice(year: int) -> str:
    office = "广西壮族自治区人民政府办公厅"
    if year == 2020:
        return f"《{office}关于调整2020年“壮族三月三”假期安排的通知》"
    festival = f"“{_festival(year)}”" if year < 2025 else _festival(year)
    return f"《{office}关于{year}年{festival}放假的通知》"


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    (DATA / "calendar.csv").write_text(calendar_csv(), encoding="utf-8", newline="\n")
    (DATA / "calendar_sources.csv").write_text(sources_csv(), encoding="utf-8", newline="\n")
