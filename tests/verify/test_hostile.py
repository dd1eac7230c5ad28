"""Whatever a file holds, a verifier answers with a sentence and 1 or 2, and never breaks."""

import json

import pytest

from tests.verify import verifiers

FORMATS = {
    "deadline": {"format": "deadline/1"},
    "credit": {"format": "intermediary-supermarket-credit", "version": 2},
    "fairness": {"format": "intermediary-supermarket-draws", "version": 1},
    "rating": {"format": "intermediary-supermarket-ratings", "version": 1},
}
CALENDAR = {"format": "calendar/1", "days": [], "blackouts": [], "revision": 1, "last_year": 2026}


def lines_of(head):
    """Files that begin as they should, with something odd in them."""
    known = json.dumps(head)[:-1]
    yield known + ', "\\ud800": "\\udfff"}'
    yield known + ', "constants": null, "means": {}, "month": null, "ratings":[\n"\\ud800"\n'
    yield known + ', "draws": [{"job": "\\ud800"}]}'
    yield known + ', "x": ' + "[" * 5_000 + "]" * 5_000 + "}"
    yield known + ', "day": ' + "9" * 5_000 + "}"
    yield from ("", "[]", "null", "NaN", "\ufeff" + known + "}", known)


@pytest.mark.parametrize("name", FORMATS)
def test_it_says_what_is_wrong_and_never_breaks(name, tmp_path):
    program, file, calendar = verifiers.ROOT / "verify" / f"{name}.py", tmp_path / "F.json", tmp_path / "C.json"
    calendar.write_text(json.dumps(CALENDAR), encoding="utf-8")
    for text in lines_of(FORMATS[name]):
        file.write_text(text, encoding="utf-8")
        code, told = verifiers.run(program, str(file), *[str(calendar)] * (name == "deadline"))
        assert code in (1, 2) and told.strip(), text[:80]
    assert verifiers.run(program)[0] == 2 == verifiers.run(program, str(tmp_path), str(tmp_path))[0]
