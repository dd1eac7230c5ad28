"""The stand-alone verifier prints what the service publishes, and notices every change of the open data."""

import ast
import json
import random
import sys

import pytest

from app.kernel.fairness import open_data, report
from app.kernel.transcript import canonical, write_transcript
from tests.kernel.test_fairness import city
from tests.verify import verifiers

PROGRAM = verifiers.ROOT / "verify" / "fairness.py"
SCHEMA = verifiers.ROOT / "docs" / "protocols" / "fairness.schema.json"


def full(lines):
    """Lines of a made-up city with every field of real ones."""
    return [
        canonical(json.loads(line) | {"transcript": f"/jobs/{at}/transcript.json"}) for at, line in enumerate(lines)
    ]


@pytest.fixture
def files(tmp_path):
    """`files(open data, report)`: both as files."""

    def write(*texts):
        paths = [tmp_path / name for name in ("draws.json", "fairness.json")[: len(texts)]]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return [str(path) for path in paths]

    return write


def test_it_needs_the_standard_library_alone():
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


@pytest.mark.parametrize("draws", [0, 1, 4, 40, 700])
def test_it_agrees_with_the_service_to_the_last_digit(draws, files):
    lines = full(city(random.Random(draws), draws, agencies=13, owners=3))
    made = report(lines)
    status, said = verifiers.run(PROGRAM, *files(open_data(lines), write_transcript(made)))
    assert (status, said.splitlines()[-1]) == (0, "The report follows from the open data.")
    assert f"{draws} selections, {made['draws']} draws" in said
    assert json.loads(open_data(lines))["draws"] == [json.loads(line) for line in lines]


def test_a_planted_preference_is_printed(files):
    pick = random.Random(5)
    lines = full(city(pick, cheats=lambda owner, codes: "A07" if owner == "O03" and "A07" in codes else None))
    status, said = verifiers.run(PROGRAM, *files(open_data(lines)))
    assert status == 0
    assert "owners: A07 with O03" in said and "STANDS OUT" in said


def changed(value):
    """Other values of the same kind."""
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int):
        return [value + 1, float(value), str(value)]
    if isinstance(value, str):
        return [value + "x", value[:-1], ""] if value else ["x"]
    return ["x", 0]


def changes(value):
    """The value with one part changed, missing, or twice, at any depth."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield {key: each for key, each in value.items() if key != name}
            yield value | {name + "_": part}
            yield from (value | {name: other} for other in changes(part))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield value[:at] + value[at + 1 :]
            yield [*value[: at + 1], *value[at:]]
            yield from ([*value[:at], other, *value[at + 1 :]] for other in changes(part))
    else:
        yield from changed(value)


def in_process(tmp_path):
    """What the program answers, without a process for each."""
    program = verifiers.loaded(PROGRAM)

    def answer(found, told):
        for name, value in (("draws", found), ("report", told)):
            (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
        return program.judge(tmp_path / "draws", tmp_path / "report")

    return answer


def test_every_change_of_the_open_data_or_of_the_report_is_noticed(tmp_path):
    lines = full(city(random.Random(1), 24, agencies=5, owners=2))
    found, told, answer = json.loads(open_data(lines)), report(lines), in_process(tmp_path)
    assert answer(found, told)[0] == 0
    for other in changes(found):
        assert answer(other, told)[0] in (1, 2)
    for other in changes(told):
        assert answer(found, other)[0] in (1, 2)


def test_the_first_difference_is_named(tmp_path):
    lines = full(city(random.Random(2), 60, agencies=4, owners=1))
    found, told, answer = json.loads(open_data(lines)), report(lines), in_process(tmp_path)
    told["tables"]["agencies"][0]["wins"] += 1
    status, said = answer(found, told)
    assert status == 1
    assert "report.tables.agencies[0].wins" in said


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 100_000, '{"format":"something else"}', '{"format":1,"format":2}', '"\\ud800"']
)
def test_another_file_is_no_such_data(text, files):
    assert verifiers.run(PROGRAM, *files(text))[0] == 2


def test_no_file_is_no_such_data(tmp_path, files):
    code, says = verifiers.run(PROGRAM)
    assert code == 2 and "python fairness.py OPEN.json [REPORT.json]" in says
    assert verifiers.run(PROGRAM, str(tmp_path / "nowhere"))[0] == 2
    lines = full(city(random.Random(1), 3))
    assert verifiers.run(PROGRAM, *files(open_data(lines), "{}"))[0] == 2


def test_the_schema_names_exactly_the_fields_of_both_files():
    shapes = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    lines = full(city(random.Random(1), 200, agencies=9, owners=2))
    found, told = json.loads(open_data(lines)), report(lines)
    for name, value in {
        "open": found, "draw": found["draws"][0], "report": told, "figure": told["tables"]["agencies"][0],
    }.items():  # fmt: skip
        assert set(shapes[name]["required"]) == set(shapes[name]["properties"]) == set(value)
    fixed = {name: shape["const"] for name, shape in shapes["report"]["properties"].items() if "const" in shape}
    assert fixed == {name: told[name] for name in ("format", "least_draws", "level", "version")}
