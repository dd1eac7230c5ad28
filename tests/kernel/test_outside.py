"""Every outside value is named for a closing instant so that it comes into being after it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.outside import APART, GENESIS, PERIOD, SOURCES, Named, drand_round, welfare_3d

CLOSES = datetime(2026, 10, 10, 16, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


def test_the_round_is_counted_from_the_genesis_of_the_chain():
    """Round 27946612 was made at 2026-04-20 00:00:00 UTC, as other clients of the chain compute it too."""
    made = datetime(2026, 4, 20, tzinfo=UTC)
    assert made == GENESIS + (27946612 - 1) * PERIOD
    assert drand_round(made - APART).number == 27946612
    assert drand_round(made - APART + timedelta(microseconds=1)).number == 27946613


def test_the_names_say_in_words_what_is_meant():
    chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    named = drand_round(CLOSES)
    assert named.words == f"drand quicknet {chain}, round {named.number}, randomness"
    assert named.where == f"https://api.drand.sh/{chain}/public/{named.number}"
    words = "中国福利彩票 3D，2026-10-11 当日或其后首期开奖号码"
    evening = datetime(2026, 10, 11, 12, tzinfo=UTC)
    assert welfare_3d(CLOSES) == Named(words, evening, "https://www.cwl.gov.cn/", 0)
    assert welfare_3d(CLOSES).since.tzinfo is UTC


@given(closes=INSTANTS, source=st.sampled_from(sorted(SOURCES)))
def test_no_value_exists_before_the_closing(closes, source):
    assert SOURCES[source].named(closes).since >= closes + APART


@given(closes=INSTANTS)
def test_the_round_is_the_first_that_is_late_enough(closes):
    since = drand_round(closes).since
    assert timedelta() <= since - closes - APART < PERIOD


@given(closes=INSTANTS, later=st.timedeltas(timedelta(), timedelta(days=30)), source=st.sampled_from(sorted(SOURCES)))
def test_a_later_closing_never_names_an_earlier_value(closes, later, source):
    named = SOURCES[source].named
    assert named(closes + later).since >= named(closes).since


# fmt: off
READ = [
    ("drand", "AB" * 32, "ab" * 32), ("drand", " " + "0f" * 32 + "\n", "0f" * 32), ("drand", "ab" * 31, None),
    ("drand", "zz" * 32, None), ("drand", "", None), ("welfare_3d", "427", "427"), ("welfare_3d", "4 2 7", "427"),
    ("welfare_3d", "４２７", "427"), ("welfare_3d", "4271", None), ("welfare_3d", "42a", None),
    ("welfare_3d", "٤٢٧", None),
]
# fmt: on


@pytest.mark.parametrize(("source", "typed", "value"), READ)
def test_a_value_is_read_as_its_source_writes_it(source, typed, value):
    if value is None:
        with pytest.raises(ValueError, match=rf"^not like {re.escape(SOURCES[source].shape.pattern)}$"):
            SOURCES[source].read(typed)
    else:
        assert SOURCES[source].read(typed) == value
