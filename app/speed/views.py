"""The speed of the market: a public page, and the same figures to download."""

import csv
from fractions import Fraction
from io import StringIO
from typing import Any

from flask import Blueprint, Response, render_template

from app.infra.almanac import almanac
from app.kernel.law import anyone
from app.kernel.spread import Spread
from app.kernel.transcript import write_transcript
from app.kernel.words import N_
from app.kernel.workdays import local_day
from app.speed.models import PROMISE, Pace, Share, Speed, speed
from app.web.dates import month
from app.web.door import allow, now
from app.web.said import said

bp = Blueprint("speed", __name__)
# So many items have a bar of their own; the table and the files have all.
BARS = 12


@bp.get("/speed")
@allow(anyone)
def show() -> Any:
    found, policy = speed(now()), almanac().in_force(local_day(now())).get(PROMISE)
    items = found.items[:BARS]
    bars = {
        "award_months": [_bar(month(pace.key), pace.award) for pace in found.months],
        "service_months": [_bar(month(pace.key), pace.service) for pace in found.months],
        "award_items": [_bar(pace.name, pace.award) for pace in items],
        "service_items": [_bar(pace.name, pace.service, pace) for pace in items],
    }
    shown = {name: [row for row in rows if row] for name, rows in bars.items()}
    top = {name: max((_most(row) for row in rows), default=0) for name, rows in shown.items()}
    return render_template("speed/show.html", found=found, bars=shown, top=top, policy=policy, number=number)


@bp.get("/speed.json")
@allow(anyone)
def as_json() -> Any:
    found = speed(now())
    told = {
        "at": found.at.isoformat(),
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "figures": _lines(found),
    }
    return _file(write_transcript(told), "speed.json", "application/json")


@bp.get("/speed.csv")
@allow(anyone)
def as_csv() -> Any:
    lines = _lines(speed(now()))
    told = StringIO()
    writer = csv.DictWriter(told, fieldnames=list(lines[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return _file("\ufeff" + told.getvalue(), "speed.csv", "text/csv; charset=utf-8")


def number(value: Fraction | None) -> str:
    """5, 4.5 or 4.25: at most two places; a dash for nothing."""
    return "–" if value is None else f"{round(float(value), 2):g}"


def _lines(found: Speed) -> list[dict[str, Any]]:
    """One flat line of words and whole numbers, or decimals as text, for each group of figures."""
    groups = [("all", [found.all]), ("month", found.months), ("item", found.items)]
    return [{"by": by, "key": pace.key, "name": pace.name} | _figures(pace) for by, paces in groups for pace in paces]


def _figures(pace: Pace) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in ("award", "service", "compared", "limited"):
        found: Spread | None = getattr(pace, name)
        told[f"{name}_jobs"] = found.count if found else 0
        for part in ("low", "middle", "high"):
            told[f"{name}_{part}"] = _plain(getattr(found, part) if found else None)
    told |= {"baseline_days": _plain(pace.baseline), "statutory_days": _plain(pace.statutory)}
    told |= {"fee_cents": pace.fee_cents, "old_fee_cents": pace.old_cents}
    for name in ("on_time", "half", "no_trip", "one_trip"):
        share: Share = getattr(pace, name)
        told |= {name: share.n, f"{name}_of": share.of}
    return told


def _plain(value: Fraction | None) -> str:
    return "" if value is None else number(value)


def _bar(says: str, found: Spread | None, pace: Pace | None = None) -> dict[str, Any] | None:
    """The middle of a spread as a bar, the time before the reform and the limit of the law as its marks, and the
    quartiles in words."""
    if found is None:
        return None
    words = said(N_("%(middle)s working days"), middle=number(found.middle))
    low, high = number(found.low), number(found.high)
    half, all_ = N_("%(n)s jobs, half of them %(low)s to %(high)s"), N_("%(n)s jobs, at least half of them %(low)s")
    note = said(all_ if low == high else half, n=found.count, low=low, high=high)
    bar = {"says": says, "value": float(found.middle), "words": words}
    if pace and pace.baseline:
        bar["mark"] = float(pace.baseline)
        note += said(N_("; before the reform %(days)s"), days=number(pace.baseline))
    if pace and pace.statutory:
        bar["limit"] = float(pace.statutory)
        note += said(N_("; limit of the law %(days)s"), days=number(pace.statutory))
    return bar | {"note": note}


def _most(bar: dict[str, Any]) -> float:
    return max(float(bar[name]) for name in ("value", "mark", "limit") if name in bar)


def _file(text: str, name: str, media: str) -> Response:
    answer = Response(text, mimetype=media.split(";")[0])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
