"""The law of the catalogue: who makes standards, and the words in which they are stated."""

import pytest

from app.catalogue.rules import AXES, CLOCK_STARTS, LEVELS, MAY_MAKE_STANDARD, PRICING, PROVENANCE
from app.districts.models import LEVELS as DISTRICT_LEVELS
from app.kernel.act import CLOCK, VISITOR, Actor, Kind
from app.ratings.models import AXES as RATED


@pytest.mark.parametrize("kind", Kind)
def test_the_operator_alone_makes_standards(kind):
    assert MAY_MAKE_STANDARD(Actor(1, 1, kind)) == (kind == Kind.OPERATOR)
    assert not MAY_MAKE_STANDARD(VISITOR)
    assert not MAY_MAKE_STANDARD(CLOCK)


def test_the_words_are_those_of_the_other_features():
    assert list(AXES) == list(RATED)
    assert tuple(LEVELS) == DISTRICT_LEVELS
    assert list(PRICING) == ["ceiling", "reference", "contract"]
    assert list(PROVENANCE) == ["law", "seen", "memory", "default"]
    assert list(CLOCK_STARTS) == ["materials_complete"]
