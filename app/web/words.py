"""How a page writes dates, deadlines, money, shares and sizes: the filters of every template, in one place."""

from collections.abc import Callable, Iterable
from datetime import datetime

from flask import Flask

from app.kernel import money as amounts
from app.kernel.law import Who
from app.kernel.words import N_
from app.kernel.workdays import Calendar
from app.web.dates import brief, clock, day, deadline, full, left, moment, month, plug, tongue, weekday, workdays
from app.web.devices import device
from app.web.said import message, named, said
from app.web.strip import lines, strip

__all__ = [
    "brief", "clock", "day", "deadline", "device", "filesize", "full", "install", "left", "lines", "message", "moment",
    "money", "month", "named", "percent", "points", "said", "score", "sentences", "strip", "those", "wan", "weekday",
    "workdays", "yuan",
]  # fmt: skip

KB, MB, GB = 2**10, 2**20, 2**30


def install(app: Flask, *, calendar: Callable[[], Calendar], now: Callable[[], datetime]) -> None:
    """Give every template the filters. `calendar` and `now` are asked at each use, never kept."""
    plug(app, calendar=calendar, now=now)
    dates = (brief, clock, day, deadline, full, left, lines, moment, month, strip, weekday, workdays)
    told = (device, filesize, message, money, named, percent, points, said, score, sentences, those, wan, yuan)
    for word in (*dates, *told):
        app.jinja_env.filters[word.__name__] = word


def money(cents: int) -> str:
    """3.20 万元 from ten thousand yuan on, else 980 元; CNY 32,000 in English."""
    return wan(cents) if abs(cents) >= amounts.CENTS_PER_WAN else yuan(cents)


def yuan(cents: int) -> str:
    """32,000 元; 980.50 元."""
    return tongue().yuan.format(n=amounts.yuan(cents))


def wan(cents: int) -> str:
    """3.20 万元. English has no such unit and says CNY 32,000."""
    pattern = tongue().wan
    return pattern.format(n=amounts.wan(cents)) if pattern else yuan(cents)


def those(who: Who) -> str:
    """Who may, as the law names them: 中选机构或系统."""
    first, *rest = (said(name) for name in who.names)
    if who.joint == "|":
        return said(N_(" or ")).join([first, *rest])
    return first + "".join(said(N_(" (%(only)s)"), only=name) for name in rest)


def sentences(parts: Iterable[str]) -> str:
    """Sentences one after the other, empty ones left out: Chinese sets nothing between them."""
    return tongue().between.join(part for part in parts if part)


def points(hundredths: int) -> str:
    """57.33 of hundredths of a point; a difference may be below zero."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'−' if hundredths < 0 else ''}{whole}.{rest:02}"


def score(millionths: int | None) -> str:
    """4.56 of millionths of a point, half up; a dash where there is no score."""
    return "–" if millionths is None else f"{(millionths + 5_000) // 10_000 / 100:.2f}"


def percent(share: float | None, decimals: int = 1) -> str:
    """0.972 → 97.2%; a dash when there is nothing to divide."""
    return "–" if share is None else f"{share * 100:.{decimals}f}%"


def filesize(size: int) -> str:
    """1.3 MB; 820 KB."""
    if size < KB:
        return f"{size} B"
    if size < MB:
        return f"{size / KB:.0f} KB"
    return f"{size / MB:.1f} MB" if size < GB else f"{size / GB:.1f} GB"
