"""Where an entrant stands, from transcripts the product itself makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.draw import Rule
from app.kernel.letter import Part, standing
from app.kernel.rehearsal import rehearse
from app.kernel.transcript import METHODS

RULE = Rule("letters", 1, (95, 96, 97, 98), 6)


@given(st.sampled_from(METHODS), st.integers(1, 9), st.binary(min_size=4, max_size=8))
def test_everybody_stands_where_the_transcript_puts_them(method: str, entrants: int, seed: bytes) -> None:
    transcript = rehearse(method, entrants, seed, RULE)
    lines, ranking = transcript["entrants"], transcript["ranking"]
    winner = transcript["winner"]
    found = {line["code"]: standing(transcript, line["code"], winner) for line in lines}
    assert [found[code].place for code in ranking] == list(range(1, len(ranking) + 1))
    assert {code for code, one in found.items() if one.place is None} == set((transcript["dropped"] or {}).values())
    assert {one.entrants for one in found.values()} == {entrants}
    if method == "random_draw":
        assert {(one.quote, one.cheaper, one.parts) for one in found.values()} == {(None, 0, ())}
    else:
        by_price = sorted(line["quote"] for line in lines)
        assert all(one.cheaper == by_price.index(one.quote) for one in found.values())
    for name, one in found.items():
        assert (one.own_points >= one.selected_points) <= (name == winner or one.own_points == one.selected_points)


@given(st.integers(1, 9), st.binary(min_size=4, max_size=8))
def test_nobody_who_stays_is_nearer_to_the_reference_than_the_selected_one(entrants: int, seed: bytes) -> None:
    transcript = rehearse("average_price", entrants, seed, RULE)
    found = [standing(transcript, line["code"], transcript["winner"]) for line in transcript["entrants"]]
    assert all(one.away >= one.selected_away for one in found if one.place)
    quotes = {line["code"]: line["quote"] for line in transcript["entrants"]}
    for code, one in zip(quotes, found, strict=True):
        assert (one.quote, one.selected_quote) == (quotes[code], quotes[transcript["winner"]])
        assert one.reference == transcript["reference"]
        assert (one.away, one.selected_away) == tuple(
            abs(quote - one.reference) for quote in (one.quote, one.selected_quote)
        )
    assert {one.dropped for one in found} == ({None, "high", "low"} if entrants >= 6 else {None})


def test_points_stand_part_by_part_under_their_names() -> None:
    transcript = rehearse("merit", 3, b"parts", RULE)
    last = transcript["ranking"][-1]
    found = standing(transcript, last, transcript["winner"])
    codes = [line["code"] for line in transcript["entrants"]]
    own, best = (transcript["points"][codes.index(code)] for code in (last, transcript["winner"]))
    names = [(one["name"], one["weight"]) for one in transcript["criteria"]] + [("price", 20)]
    each = zip(names, own, best, strict=True)
    assert found.parts == tuple(Part(*name, mine, theirs) for name, mine, theirs in each)


def test_who_is_not_on_the_list_has_no_standing() -> None:
    transcript = rehearse("random_draw", 2, b"list", RULE)
    with pytest.raises(KeyError):
        standing(transcript, "91450800XJ9999999", transcript["winner"])
