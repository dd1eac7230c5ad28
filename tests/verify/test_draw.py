"""Both verifiers say of every transcript what the service says, and neither needs anything of it."""

import ast
import json
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.kernel.draw import Rule, make_transcript, read_transcript, verify_transcript, write_transcript
from app.kernel.rehearsal import rehearse
from app.kernel.transcript import MERIT, METHODS, tagged_hash
from tests.conftest import absent
from tests.kernel.test_discounts import SECRET, entrant, terms
from tests.kernel.test_draw import draw, entrants
from tests.verify import verifiers

MOST_LINES = 150


@pytest.fixture(autouse=True)
def node():
    if verifiers.node() is None:
        absent(verifiers.NO_NODE)


def rule(minimum: int = 1) -> Rule:
    return Rule("2025-01-01", minimum, (95, 96, 97, 98), 6)


def test_the_browsers_verifier_works_under_any_name(tmp_path):
    other, file = tmp_path / "draw (1).mjs", tmp_path / "T.json"
    other.write_bytes(verifiers.NODE.read_bytes())
    made = rehearse("random_draw", 3, b"name", rule())
    file.write_text(write_transcript({**made, "winner": "nobody"}), encoding="utf-8")
    assert verifiers.run(other, str(file))[0] == 1


def transcripts(count: int):
    """Transcripts of every method and many sizes, the same in every run."""
    pick = random.Random(2026)
    for number in range(count):
        method = METHODS[number % len(METHODS)]
        yield rehearse(
            method, pick.choice((0, 1, 2, 3, 5, 6, 7, 12)), number.to_bytes(4, "big"), rule(pick.choice((1, 3)))
        )


@pytest.mark.parametrize("method", ["lowest_price", "average_price"])
def test_both_recompute_discounts_and_find_a_changed_one(method, tmp_path):
    made = [discounted(method, [one, 2 * one, 900, 900, 1_234, 5_000, 1]) for one in (0, 500, 3_333)]
    changed = json.loads(write_transcript(made[0]))
    changed["entrants"][0]["discount"] += 1
    other_fee = json.loads(write_transcript(made[1])) | {"reference_fee": 12_346}
    texts = [write_transcript(one) for one in (*made, changed, other_fee)]
    assert said(texts, tmp_path) == [(True,) * 3] * 3 + [(False,) * 3] * 2


def discounted(method: str, discounts: list[int]) -> dict[str, object]:
    lines = [entrant(place, 12_345, discount) for place, discount in enumerate(discounts)]
    return make_transcript(terms(method, 12_345), secret=SECRET, entrants=lines)


def said(texts: list[str], folder: Path) -> list[tuple[bool, bool, bool]]:
    """Whether service, Python and Node accept each text."""
    python, node = verifiers.by_python(texts, folder), verifiers.by_node(texts)
    return [(accepts(text), one == 0, other == 0) for text, one, other in zip(texts, python, node, strict=True)]


def accepts(text: str) -> bool:
    try:
        return verify_transcript(read_transcript(text)) is None
    except ValueError:
        return False


def test_the_python_verifier_is_short_and_imports_the_standard_library_alone():
    source = verifiers.PYTHON.read_text(encoding="utf-8")
    tree = ast.parse(source)
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert len(source.splitlines()) <= MOST_LINES
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_browsers_verifier_imports_nothing_where_there_is_no_node():
    lines = verifiers.NODE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("import ") or " require(" in line] == []


@pytest.mark.soak
def test_both_verifiers_agree_with_the_service(at_scale, tmp_path):
    texts = [write_transcript(one) for one in transcripts(at_scale(300, 100_000))]
    assert set(said(texts, tmp_path)) == {(True, True, True)}


@pytest.mark.soak
def test_every_change_of_one_bit_is_refused_by_all(at_scale, tmp_path):
    for one in transcripts(at_scale(5, 25)):
        text = json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        changed = []
        for place in range(0, len(text), at_scale(150, 1)):
            for bit in range(8):
                flipped = bytes([*text[:place], text[place] ^ 1 << bit, *text[place + 1 :]])
                changed.append(flipped.decode("utf-8", "replace"))
        assert set(said(changed, tmp_path)) == {(False, False, False)}


def fields_changed(value, name=""):
    """The value with each field missing, twice, renamed, or out of order, as JSON text with its name."""
    parts = {key: json.dumps(each, ensure_ascii=False, sort_keys=True) for key, each in sorted(value.items())}

    def text(pairs):
        return "{" + ",".join(f'"{key}":{each}' for key, each in pairs) + "}"

    pairs = list(parts.items())
    for at, pair in enumerate(pairs):
        yield text(pairs[:at] + pairs[at + 1 :])
        yield text([*pairs[: at + 1], *pairs[at:]])
        yield text([*pairs[:at], (pair[0] + "_", pair[1]), *pairs[at + 1 :]])
        if at:
            yield text([*pairs[: at - 1], pair, pairs[at - 1], *pairs[at + 1 :]])


@pytest.mark.parametrize("method", METHODS)
def test_a_field_missing_twice_renamed_or_out_of_order_is_refused_by_all(method, tmp_path):
    made = rehearse(method, 7, b"fields", rule())
    texts = list(fields_changed(made))
    for at, line in enumerate(made["entrants"]):
        for other in fields_changed(line):
            whole = write_transcript(
                {**made, "entrants": [*made["entrants"][:at], "HERE", *made["entrants"][at + 1 :]]}
            )
            texts.append(whole.replace('"HERE"', other))
    entrants = made["entrants"]
    for other in (entrants[1:], [*entrants, entrants[0]], [entrants[1], entrants[0], *entrants[2:]]):
        texts.append(write_transcript({**made, "entrants": other}))
    assert set(said(texts, tmp_path)) == {(False, False, False)}


def sealed_anew(made, **changes):
    """The transcript with other parts and the digest of them, so that what follows from what is looked at."""
    whole = {**made, **changes, "digest": None}
    return write_transcript({**whole, "digest": tagged_hash("transcript", whole)})


def lines_with(made, **changes):
    return {"entrants": [{**made["entrants"][0], **changes}, *made["entrants"][1:]]}


def test_both_give_the_same_reason_and_the_page_has_each_in_its_language(tmp_path):
    made = rehearse("lowest_price", 5, b"reasons", rule())
    discount = discounted("lowest_price", [0, 100])
    failed = rehearse("lowest_price", 0, b"none", rule())
    first, code = made["entrants"][0], made["entrants"][0]["code"]
    texts = {
        "sorted": sealed_anew(made, entrants=made["entrants"][::-1]),
        "list": sealed_anew(made, list_hash="0" * 64),
        "line": sealed_anew(made, entrants=[{"coda": one.pop("code"), **one} for one in map(dict, made["entrants"])]),
        "opened": sealed_anew(
            made, minimum_entries=6, failed="There were fewer eligible entries than the funds require."
        ),
        "contribution": sealed_anew(made, **lines_with(made, contribution="0" * 64)),
        "offer": sealed_anew(made, **lines_with(made, quote=first["quote"] + 1)),
        "discount": sealed_anew(discount, reference_fee=12_346),
        "fields": sealed_anew({name: value for name, value in made.items() if name != "seed"}, note=1),
        "digest": write_transcript({**made, "digest": "0" * 64}),
        "commitment": sealed_anew(made, secret="0" * 64),
        "outside": sealed_anew(made, outside_value="0" * 64),
        "failed": sealed_anew(failed, failed=None),
        "result": sealed_anew(made, winner=made["ranking"][1]),
        "written": write_transcript(made).replace('"winner":', '"winner":"","winner":'),
        "shape": sealed_anew(made, entrants=None),
        "none": "{}",
    }
    node = verifiers.told_by_node(texts.values())
    assert [one["reason"] for one in node] == list(texts)
    page = (verifiers.ROOT / "templates/selections/_check_here.html").read_text(encoding="utf-8")
    assert all(f'  {name}=_("' in page for name in texts) and page.count('=_("') == len(texts)
    python = [says for _, says in verifiers.told_by_python(texts.values(), tmp_path)]
    alike = dict(zip(texts, python, strict=True))
    assert alike == {name: one["says"] for name, one in zip(texts, node, strict=True)}
    assert f"{code} did not seal this offer" in alike["offer"]


@pytest.mark.parametrize("number", ["0.0", "0.5"])
def test_a_number_that_is_not_whole_is_refused_by_all_even_where_nothing_follows_from_it(number, tmp_path):
    failed = sealed_anew(rehearse("lowest_price", 0, b"none", rule()), price_weight=float(number))
    assert said([failed], tmp_path) == [(False,) * 3]


def test_space_and_escapes_do_not_matter(tmp_path):
    made = rehearse("merit", 5, b"space", rule())
    texts = [json.dumps(made, sort_keys=True), json.dumps(made, sort_keys=True, indent=7, ensure_ascii=False)]
    assert set(said(texts, tmp_path)) == {(True, True, True)}


def test_the_list_of_merit_holds_the_proposals_and_transcripts_made_before_it_did_still_hold(tmp_path):
    made = rehearse("merit", 5, b"proposals", rule())
    assert all(len(line["proposal"]) == 64 for line in made["entrants"])
    before = entrants(method=MERIT)
    after = [replace(one, proposal=f"{place}" * 64) for place, one in enumerate(before)]
    drawn = [draw(MERIT, lines) for lines in (before, after)]
    assert "proposal" not in drawn[0]["entrants"][0] and drawn[0]["list_hash"] != drawn[1]["list_hash"]
    assert set(said([write_transcript(one) for one in (made, *drawn)], tmp_path)) == {(True, True, True)}
    swapped = [dict(line) for line in made["entrants"]]
    swapped[0]["proposal"], swapped[1]["proposal"] = swapped[1]["proposal"], swapped[0]["proposal"]
    fewer = [{k: v for k, v in line.items() if k != "proposal" or at} for at, line in enumerate(made["entrants"])]
    none = [{k: v for k, v in line.items() if k != "proposal"} for line in made["entrants"]]
    lowest = rehearse("lowest_price", 5, b"proposals", rule())
    strange = {**lowest, "entrants": [line | {"proposal": "0" * 64} for line in lowest["entrants"]]}
    texts = [write_transcript({**made, "entrants": lines}) for lines in (swapped, fewer, none)]
    assert set(said([*texts, write_transcript(strange)], tmp_path)) == {(False, False, False)}


NONE = (2, "This file is no transcript.\n")


@pytest.mark.parametrize("program", [verifiers.PYTHON, verifiers.NODE], ids=["python", "node"])
def test_the_exit_status_says_whether_it_holds_and_the_text_says_why_not(program, tmp_path):
    made = rehearse("average_price", 7, b"status", rule())
    file, whole = tmp_path / "T.json", write_transcript(made)
    changed = write_transcript({**made, "winner": made["order"][0] + "x"})
    missing = write_transcript({name: value for name, value in made.items() if name != "seed"})
    for text, told in (
        (whole, (0, "All holds: commitment, list hash, seed, order and result are as published.\n")),
        (changed, (1, "It does not hold: digest is not of the rest\n")),
        (missing, (1, "It does not hold: the fields are others; missing: seed\n")),
    ):
        file.write_text(text, encoding="utf-8")
        assert verifiers.run(program, str(file)) == told
    assert verifiers.run(program, str(tmp_path / "nowhere.json")) == NONE == verifiers.run(program, str(tmp_path))
    file.write_bytes(whole.encode()[:-3] + b"\xff")
    assert verifiers.run(program, str(file)) == NONE
    usage = (2, "Give one file: TRANSCRIPT.json\n")
    assert verifiers.run(program) == usage == verifiers.run(program, str(file), str(file))
