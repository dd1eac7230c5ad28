"""Any two of three shares give the key back; one alone fits every key equally well."""

from base64 import b32encode
from collections import Counter
from hashlib import sha256
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.seal import new_keys, public_of
from app.kernel.shares import (
    _LOGS,
    _POWERS,
    OFFICER,
    PLACES,
    RECOVERY,
    SERVICE,
    _over,
    _times,
    join,
    read,
    split,
    write,
)

KEYS = st.binary(min_size=32, max_size=32)
PUBLIC = b"\7" * 32


@given(key=KEYS, chance=KEYS, pair=st.sampled_from(list(permutations(PLACES, 2))))
def test_any_two_give_the_key_back(key, chance, pair):
    shares = split(key, chance)
    assert join(shares[pair[0]], shares[pair[1]]) == key


def test_one_share_tells_nothing():
    """Over all values of chance, each value of a share comes up once for every byte of the key."""
    for place in PLACES:
        for byte in (0, 1, 0x53, 255):
            seen = Counter(split(bytes([byte] * 32), bytes([slope] * 32))[place][1] for slope in range(256))
            assert seen == dict.fromkeys(range(256), 1)


@given(share=KEYS, place=st.sampled_from(PLACES), key=KEYS)
def test_one_share_fits_every_key(share, place, key):
    """Whatever the key, there is a chance with which it would have given this very share."""
    chance = bytes(_over(one ^ byte, place) for one, byte in zip(share, key, strict=True))
    assert split(key, chance)[place] == bytes([place]) + share


def test_the_field_is_the_one_of_aes():
    assert len(_LOGS) == 255 == len(_POWERS) and _times(0x53, 0xCA) == 1 and _times(0x57, 0x83) == 0xC1
    assert all(_times(_over(one, other), other) == one for one in range(256) for other in (1, 2, 3, 0x53, 255))


def test_a_known_answer():
    shares = split(bytes(range(32)), bytes([0x57] * 32))
    assert {place: share[1:5].hex() for place, share in shares.items()} == {1: "57565554", 2: "aeafacad", 3: "f9f8fbfa"}


def test_a_wrong_share_gives_a_key_that_its_public_half_shows_to_be_wrong():
    pair, other = new_keys(), new_keys()
    mine, theirs = split(pair.private, b"\1" * 32), split(other.private, b"\2" * 32)
    assert public_of(join(mine[SERVICE], mine[OFFICER])) == pair.public
    assert public_of(join(mine[SERVICE], theirs[RECOVERY])) != pair.public


@pytest.mark.parametrize("pair", [(1, 1), (2, 2)])
def test_the_same_share_twice_is_refused(pair):
    shares = split(bytes(32), bytes(32))
    with pytest.raises(ValueError, match=r"^these are not two different shares$"):
        join(*(shares[place] for place in pair))


@pytest.mark.parametrize(("key", "chance"), [(b"", bytes(32)), (bytes(32), b""), (bytes(31), bytes(32))])
def test_only_keys_of_their_length_are_split(key, chance):
    with pytest.raises(ValueError, match=r"^key and chance have 32 bytes each$"):
        split(key, chance)


@given(share=KEYS, place=st.sampled_from(PLACES))
def test_a_share_is_read_as_it_was_written(share, place):
    whole = bytes([place]) + share
    text = write(whole, PUBLIC)
    assert len(text) == 14 * 5 - 1 and read(text, PUBLIC) == whole
    assert read(f"  {text.lower().replace('-', ' ')}\n", PUBLIC) == whole


def test_a_share_ends_with_a_sum_over_the_key_and_itself():
    share = bytes([OFFICER, *range(32)])
    whole = share + sha256(b"share\0" + PUBLIC + share).digest()[:2]
    assert write(share, PUBLIC).replace("-", "") == b32encode(whole).decode()


def test_a_nought_and_a_one_are_read_as_the_letters_they_look_like():
    text = write(bytes([OFFICER]) + b"\x73\x88" * 16, PUBLIC)
    assert "O" in text and "I" in text
    for typed in (text.replace("O", "0"), text.replace("I", "1"), text.replace("O", "0").replace("I", "1")):
        assert read(typed, PUBLIC) == read(text, PUBLIC)


@given(share=KEYS, at=st.integers(0, 55), letter=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_slip_of_the_pen_is_noticed(share, at, letter):
    text = write(bytes([OFFICER]) + share, PUBLIC).replace("-", "")
    slipped = text[:at] + letter + text[at + 1 :]
    if slipped != text:
        with_sum = True
        try:
            with_sum = read(slipped, PUBLIC) == bytes([OFFICER]) + share
        except ValueError:
            with_sum = False
        assert not with_sum


@pytest.mark.parametrize("text", ["", "甲", "ABCD", "!" * 56, "A" * 56, "A" * 57, "A" * 64, "9" * 56, "a" * 10_000])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ValueError):
        read(text, PUBLIC)


def test_a_share_of_another_key_is_noticed_before_it_is_tried():
    with pytest.raises(ValueError, match=r"^the sum does not fit$"):
        read(write(split(bytes(32), bytes(32))[OFFICER], PUBLIC), b"\x08" * 32)
