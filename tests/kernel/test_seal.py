"""An envelope opens with its own key alone, and a split key from any two of its three shares."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.kernel.seal import (
    SHARES,
    Share,
    _times,
    close_envelope,
    join,
    new_keys,
    open_envelope,
    split,
    unwrap,
    wrap,
)

CONTENT = {"code": "91450800MA5K0000", "quote": 9_876_543, "say": "示例"}
KEY = bytes(range(32))


def test_an_envelope_gives_back_what_was_put_in():
    keys = new_keys()
    assert open_envelope(keys.private, close_envelope(keys.public, CONTENT)) == CONTENT


def test_two_envelopes_of_the_same_content_do_not_look_alike_and_show_none_of_it():
    keys = new_keys()
    one, other = (close_envelope(keys.public, CONTENT) for _ in range(2))
    assert one != other
    assert b"9876543" not in one and "示例".encode() not in one


def test_a_key_of_another_job_opens_nothing():
    with pytest.raises(ValueError, match="was not closed for this job"):
        open_envelope(new_keys().private, close_envelope(new_keys().public, CONTENT))


def test_every_changed_bit_of_an_envelope_is_noticed():
    keys = new_keys()
    envelope = close_envelope(keys.public, {"quote": 1})
    for place in range(len(envelope)):
        changed = bytes([*envelope[:place], envelope[place] ^ 1, *envelope[place + 1 :]])
        with pytest.raises(ValueError):
            open_envelope(keys.private, changed)


def test_a_wrapped_key_needs_the_key_it_was_wrapped_with():
    private = new_keys().private
    wrapped = wrap(KEY, private)
    assert private not in wrapped and unwrap(KEY, wrapped) == private
    with pytest.raises(ValueError, match="does not fit"):
        unwrap(bytes(32), wrapped)


@given(some.binary(min_size=32, max_size=32))
def test_any_two_shares_make_the_key_whole(private):
    for one, other in permutations(split(private), 2):
        assert join(one, other) == private


def test_one_share_says_nothing():
    """Whatever the secret byte, a share is any byte just as often: its slope decides, and nobody keeps the slope."""
    for number in SHARES:
        for secret in (0, 7, 255):
            assert sorted(secret ^ _times(slope, number) for slope in range(256)) == list(range(256))


def test_shares_are_read_as_they_are_written_and_twice_the_same_is_refused():
    one, two, _ = split(KEY)
    assert Share.read(f" {one}\n") == one and Share.read(str(two)) == two
    with pytest.raises(ValueError, match="different"):
        join(one, one)


@pytest.mark.parametrize("text", ["", "1", "4-" + "00" * 32, "1-" + "00" * 31, "1-" + "zz" * 32, "one-" + "00" * 32])
def test_a_text_that_is_no_share_is_refused(text):
    with pytest.raises(ValueError):
        Share.read(text)


@given(some.integers(0, 255), some.integers(0, 255), some.integers(0, 255))
def test_the_field_multiplies_like_a_field(a, b, c):
    assert _times(a, b) == _times(b, a) and _times(a, 1) == a
    assert _times(a, b ^ c) == _times(a, b) ^ _times(a, c)
    assert _times(_times(a, b), c) == _times(a, _times(b, c))
