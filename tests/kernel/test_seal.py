"""An envelope opens with its own key alone, and a wrapped key with the key it was wrapped with."""

import pytest
from nacl.public import PublicKey, SealedBox

from app.kernel.seal import (
    close_envelope,
    close_file,
    new_keys,
    open_envelope,
    open_file,
    public_of,
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


def test_a_file_comes_back_byte_for_byte_with_its_own_key_alone():
    keys, content = new_keys(), b"%PDF-1.7\x00\xff"
    envelope = close_file(keys.public, content)
    assert content not in envelope and open_file(keys.private, envelope) == content
    for private, sealed in ((new_keys().private, envelope), (keys.private, envelope[:-1] + bytes([envelope[-1] ^ 1]))):
        with pytest.raises(ValueError, match="was not closed for this job"):
            open_file(private, sealed)


def test_a_wrapped_key_needs_the_key_it_was_wrapped_with():
    private = new_keys().private
    wrapped = wrap(KEY, private)
    assert private not in wrapped and unwrap(KEY, wrapped) == private
    with pytest.raises(ValueError, match="does not fit"):
        unwrap(bytes(32), wrapped)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"7", b"\xff"])
def test_what_is_no_object_is_no_envelope(content):
    keys = new_keys()
    with pytest.raises(ValueError, match="was not closed for this job"):
        open_envelope(keys.private, SealedBox(PublicKey(keys.public)).encrypt(content))


def test_the_public_half_follows_from_the_private_one():
    keys = new_keys()
    assert public_of(keys.private) == keys.public and len(keys.public) == len(keys.private) == 32
