"""What results can be narrowed down by: the districts begin where they divide."""

import pytest

from app.finding.asking import Asked
from app.finding.facets import offered

pytestmark = [pytest.mark.one_database, pytest.mark.usefixtures("app")]
CITY = {"450000": 9, "450800": 9, "450802": 5, "450803": 4, "450802001": 2, "450803001": 1}


def districts(counts, *chosen):
    """Code, depth and mark of each district offered."""
    asked = Asked("示例", {"district": chosen} if chosen else {})
    return [
        ([code for code in counts if asked.toggled("district", code) == value.address], value.depth, value.chosen)
        for _, values in offered(asked, {"district": counts})
        for value in values
    ]


@pytest.mark.parametrize(
    "counts, chosen, shown",
    [
        (CITY, [], ["450802", "450803"]),
        (CITY, ["450802"], ["450802", "450802001", "450803"]),
        (CITY, ["450800"], ["450800", "450802", "450803"]),
        ({"450000": 9, "450800": 9, "450802": 9}, [], []),
        (CITY, ["nonsense"], ["450802", "450803"]),
    ],
)
def test_the_districts_begin_where_they_divide(counts, chosen, shown):
    found = districts(counts, *chosen)
    assert [code for codes, _, _ in found for code in codes] == shown
    assert [code for codes, _, marked in found if marked for code in codes] == [one for one in chosen if one in counts]
    assert all(depth == (len(codes[0]) > 6) for codes, depth, _ in found)
