"""Recompute everybody's points, grade and bars (docs/protocols/credit.md): python credit.py CREDIT.json [DAY]

Needs Python 3.10 or later and nothing else. Exit 0 when all holds, 1 with the first thing that does not, 2 for a file
that is no such list. With a DAY, like 2027-01-31, it also says how all stand on that day, as far as these events tell.
"""

import json
import sys
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

FORMAT, DAY = ("intermediary-supermarket-credit", 2), timedelta(days=1)
NUMBERS = {*"from long long_months lowered publication removed_months repair_share suspended".split()}
NUMBERS |= {*"suspended_months warned window".split()}
FIELDS, STANDS = (
    {*"agencies barred day format professionals scales version".split()},
    {*"bars grade items sum until".split()},
)
BARRED = {*"because code detail first item last name".split()}
EVENT = {
    *"basis counts effective_on en event evidence fraud happened_on item item_name job mark points".split(),
    *"professional public_until repaired_on rule statement zh".split(),
}


def need(holds, reason):
    if not holds:
        raise ValueError(reason)


def same(told, found, where):
    written = [json.dumps(one, sort_keys=True) for one in (told, found)]
    need(written[0] == written[1], f"{where} is told as {told}, and {found} was recomputed")


def after(day, months):
    """The same day of the month so many months later, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def points(hundredths):
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def scale_on(day, scales):
    need(scales[0][0] <= day, f"no scale is in force on {day}")
    return [scale for since, scale in scales if since <= day][-1]


def weight(event, day, scale):
    """The hundredths of a point that an event counts for on a day."""
    if not event["since"] <= day < after(event["since"], scale["window"]):
        return 0
    repaired = event["repaired"] and event["repaired"] <= day
    return event["points"] * (100 - scale["repair_share"] if repaired else 100)


def bars(events, day, scales):
    """(item or None, first, last) of every bar that runs on a day, with the numbers of the events behind it."""
    found = {}
    for cause in events:
        first = cause["since"]
        scale, barred = scale_on(first, scales), []
        behind = [one for one in events if one["item"] == cause["item"] and weight(one, first, scale)]
        reached = sum(weight(one, first, scale) for one in behind)
        if cause["fraud"]:
            barred.append((None, scale["removed_months"], [cause]))
        if cause["item"] is not None and reached >= 100 * scale["suspended"]:
            longer = reached >= 100 * scale["long"]
            barred.append((cause["item"], scale["long_months" if longer else "suspended_months"], behind))
        for item, months, why in barred:
            if first <= day <= (last := after(first, months) - DAY):
                found.setdefault((item, first, last), set()).update(one["event"] for one in why)
    return found


def stands(total, scale, removed, suspended):
    grade = "warned" if total >= 100 * scale["warned"] else "lowered" if total >= 100 * scale["lowered"] else "normal"
    grade = "removed" if removed else "suspended" if suspended else grade
    return {"sum": points(total), "grade": grade, "until": str(removed or suspended or "") or None}


def account(events, day, scales):
    """How an agency or a professional with these events stands on a day."""
    events, scale = [one for one in events if one["since"] <= day], scale_on(day, scales)
    running = sorted(bars(events, day, scales), key=lambda bar: (bar[1], bar[0] or "", bar[2]))
    removed, longest = (max((bar[2] for bar in running if (bar[0] is None) == all), default=None) for all in (1, 0))
    items, total = [], sum(weight(one, day, scale) for one in events)
    for item in sorted({one["item"] for one in events} - {None}):
        mine = sum(weight(one, day, scale) for one in events if one["item"] == item)
        suspended = max((last for one, _, last in running if one == item), default=None)
        if mine or suspended:
            items.append({"item": item} | stands(mine, scale, removed, suspended))
    spans = [{"item": item, "first": str(first), "last": str(last)} for item, first, last in running]
    return stands(total, scale, removed, longest) | {"items": items, "bars": spans}


def checked(told, day, scales):
    """An event with its dates as days; what is told of it follows from them."""
    where, repaired = f"event {told['event']}", told["repaired_on"] and date.fromisoformat(told["repaired_on"])
    need(set(told) == EVENT and type(told["points"]) is int and told["points"] > 0, f"the fields of {where}")
    need(type(told["fraud"]) is bool and not (told["fraud"] and repaired), f"{where}: a fraud is never repaired")
    happened, since = (date.fromisoformat(told[name]) for name in ("happened_on", "effective_on"))
    need(happened <= since <= (repaired or day) <= day, f"{where}: its days are not one after the other")
    event = told | {"since": since, "repaired": repaired}
    same(told["counts"], points(weight(event, day, scale_on(day, scales))), f"what {where} counts")
    return event


def public_until(event, day, scales, behind):
    """The last day of publication: of its months, and as long as it counts or a bar that runs rests on it."""
    since = event["since"]
    ends = [after(since, scale_on(since, scales)["publication"]) - DAY, *behind.get(event["event"], [])]
    counts = after(since, scale_on(day, scales)["window"]) - DAY
    return str(max([*ends, counts] if event["counts"] else ends))


def recompute(found, asked):
    """What to say when all of it follows."""
    need(set(found) == FIELDS, "its fields are others")
    scales = [(date.fromisoformat(one["from"]), one) for one in found["scales"]]
    days, day, people = [since for since, _ in scales], date.fromisoformat(found["day"]), {}
    need(days == sorted(set(days)) and all(set(one) == NUMBERS for _, one in scales), "the scales")
    firms = [([checked(event, day, scales) for event in firm["events"]], firm) for firm in found["agencies"]]
    known = {event["event"]: event for events, _ in firms for event in events}
    need(len(known) == sum(len(events) for events, _ in firms), "an event is there twice")
    for event in (one for one in known.values() if one["professional"] is not None):
        people.setdefault(event["professional"], []).append(event)
    need([one["number"] for one in found["professionals"]] == sorted(people), "the professionals are not the events'")
    behind, lines = {}, [f"{len(known)} events: every sum, grade and bar follows from them."]
    for events, told in [*firms, *((people[one["number"]], one) for one in found["professionals"])]:
        name = told["code" if "code" in told else "number"]
        need(set(told) == STANDS | ({"code", "name", "events"} if "code" in told else {"number"}), f"fields of {name}")
        for part, value in account(events, day, scales).items():
            same(told[part], value, f"{part} of {name}")
        for (_, _, last), numbers in bars(events, day, scales).items():
            for number in numbers:
                behind.setdefault(number, []).append(last)
        if asked:
            lines.append(f"{name} on {asked}: {json.dumps(account(events, date.fromisoformat(asked), scales))}")
    for one in found["barred"]:
        need(set(one) == BARRED and one["first"] <= str(day) <= one["last"], f"the bar of {one['code']}")
    for number, one in known.items():
        public = public_until(one, day, scales, behind)
        same(one["public_until"], public, f"the last day of publication of event {number}")
        need(str(day) <= public, f"event {number} is public no more")
    return "\n".join(lines)


def judge(path, asked=""):
    try:
        found, _ = json.loads(Path(path).read_text(encoding="utf-8")), asked and date.fromisoformat(asked)
        need(isinstance(found, dict) and (found.get("format"), found.get("version")) == FORMAT, "another format")
    except (OSError, RecursionError, ValueError) as error:
        return 2, f"This is no credit list: {error}"
    try:
        return 0, recompute(found, asked)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return 1, f"It does not hold: {error}"


if __name__ == "__main__":
    status, said = judge(*sys.argv[1:]) if len(sys.argv) in (2, 3) else (2, __doc__)
    sys.exit(print(said.encode(errors="backslashreplace").decode()) or status)
