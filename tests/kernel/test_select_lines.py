"""One line in, one answer out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.kernel.select_lines import Numbers, read_values
from app.kernel.select_lines import select_answer as answer_by

NUMBERS = Numbers({"state": 3, "social": 1}, drop_from=6)


def select_answer(text):
    return answer_by(text, NUMBERS)


def ask(**fields):
    return select_answer(json.dumps(fields))


STATE = {"method": "average_price", "funds": "state", "percentage": 96}


# fmt: off
ANSWERS = [
    ({"quotes": ["9.80", "9.50", "9.20", "9.00", "8.70", "8.00"]}, {"winner": 4, "reference": "8.74"}),
    ({"percentage": 98, "quotes": ["9.80", "9.50", "9.20", "9.00"]}, {"winner": 2, "reference": "9.19"}),
    ({"percentage": 98, "quotes": ["9.8", "9", "9"]}, {"tie": [1, 2], "reference": "9.08"}),
    ({"funds": "social", "quotes": ["9.80"]}, {"winner": 0, "reference": "9.41"}),
    ({"funds": "social", "quotes": ["0.01"]}, {"winner": 0, "reference": "0.01"}),
    ({"quotes": ["9.80", "9.50"]}, {"failed": "There were fewer eligible entries than the funds require."}),
    ({"funds": "social", "quotes": []}, {"failed": "There was no eligible entry."}),
    ({"method": "lowest_price", "percentage": None, "quotes": ["3", "2.00", "2"]}, {"tie": [1, 2]}),
    ({"method": "lowest_price", "quotes": ["3", "2.00", "2.01"]}, {"winner": 1}),
]
# fmt: on


@pytest.mark.parametrize("fields, answer", ANSWERS)
def test_answers(fields, answer):
    assert ask(**{**STATE, **fields}) == answer


# fmt: off
BAD_INPUT = [
    ({"method": "random"}, "method"), ({"method": ["average_price"]}, "method"), ({"method": None}, "method"),
    ({"funds": "both"}, "funds"), ({"funds": {}}, "funds"),
    *[({"percentage": value}, "percentage") for value in (None, 0, 101, 96.0, "96", True, 10**30, [96])],
    *[({"quotes": value}, "quotes") for value in (None, "9.80", {"0": "9"}, 9)],
    *[({"quotes": ["1", "2", value]}, "quote 2") for value in (
        9.8, 9, None, "", "0", "0.00", "-1", "1.234", "1e3", "NaN", "1,000", " 1", "1.", ".5", "１", "10000000000.01",
        "9" * 5000, ["1"], "\ud800")],
]
# fmt: on


SAYS = {
    "method": ["method must be average_price or lowest_price"],
    "funds": ["funds must be state or social"],
    "percentage": ["percentage must be a whole number from 1 to 100"],
    "quotes": ['quotes must be a list of decimal texts, like "9.80"'],
    "quote 2": [
        'quote 2 must be a decimal text with at most two decimals, like "9.80"',
        "quote 2 must be more than zero and at most 10000000000",
    ],
}


@pytest.mark.parametrize("fields, part", BAD_INPUT)
def test_bad_input_is_an_error_that_names_the_part(fields, part):
    answer = ask(**{**STATE, "quotes": ["1", "2", "3"], **fields})
    assert list(answer) == ["error"]
    assert answer["error"] in SAYS[part]


def test_the_bounds_of_percentages_and_quotes_are_inside():
    for percentage in (1, 100):
        assert "winner" in ask(**STATE | {"percentage": percentage, "quotes": ["1", "2", "3"]})
    assert ask(**STATE | {"method": "lowest_price", "funds": "social", "quotes": ["10000000000"]}) == {"winner": 0}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '"x"', "[" * 100_000, '{"a":' * 100_000, "1" * 5000, "\x00", "{}", "NaN"]
)
def test_what_is_no_object_is_an_error(text):
    asked = {"[]", "3", "null", '"x"', "NaN"}
    says = "a line must be one JSON object" if text in asked else "the line is not JSON"
    assert select_answer(text) == {"error": "funds must be state or social" if text == "{}" else says}


def test_a_field_there_twice_is_an_error():
    text = '{"method":"lowest_price","funds":"social","quotes":["1"],"quotes":["2"]}'
    assert select_answer(text) == {"error": "a field is there twice"}


def test_unknown_fields_are_ignored():
    assert ask(method="lowest_price", funds="social", quotes=["1"], id=7) == {"winner": 0}


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=8,
)


@given(some.one_of(some.text(), anything.map(json.dumps)))
def test_nothing_raises(text):
    assert len(select_answer(text)) in (1, 2)


@given(
    some.fixed_dictionaries(
        {
            "method": some.sampled_from(["lowest_price", "average_price"]) | anything,
            "funds": some.sampled_from(["state", "social"]) | anything,
            "percentage": some.integers(0, 101) | anything,
            "quotes": some.lists(some.sampled_from(["1", "2.50", "9.99", "0"]) | anything) | anything,
        }
    )
)
def test_nothing_almost_right_raises(fields):
    answer = ask(**fields)
    answer.pop("reference", None)
    assert len(answer) == 1 and set(answer) < {"winner", "tie", "failed", "error"}


def test_lines_and_one_printed_object_are_both_read():
    one = json.dumps(STATE, indent=2)
    assert read_values(one) == [one]
    assert read_values('{"a":1}\r\n\n{"b":2}\n') == ['{"a":1}\r', "", '{"b":2}']
    assert read_values("\n") == [""]
    assert read_values('{"a":1}\n') == ['{"a":1}']
    assert read_values(f"{one}\n\n") == [f"{one}\n\n"]
    assert read_values('{"a":\n1}') == ['{"a":\n1}']
    assert read_values('{\n{"b":2}') == ["{", '{"b":2}']
    assert read_values("") == []
    assert read_values('{"a":"\u2028\x85"}\n{}') == ['{"a":"\u2028\x85"}', "{}"]
