"""What the eye must be able to read wherever it stands: every cell of the strip of days."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.web.strip import LOOKS
from tests.browser.market import Market

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

ENOUGH = 4.5  # WCAG 2.2, 1.4.3
# The contrast of each cell on the worst of its colours, those of its stripes among them, which axe leaves out.
CONTRASTS = r"""() => {
    const linear = part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const parts = [0.2126, 0.7152, 0.0722];
    const sum = numbers => numbers.reduce((all, one, at) => all + parts[at] * linear(+one), 0);
    const light = colour => sum(colour.match(/\d+/g).slice(0, 3));
    return [...document.querySelectorAll(".days li")].map(cell => {
        const look = getComputedStyle(cell), ink = light(look.color);
        const stripes = look.backgroundImage.match(/rgb\([^)]+\)/g);
        return [cell.className, Math.min(...(stripes || [look.backgroundColor]).map(light).map(
            ground => (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05)))];
    });
}"""


def test_every_cell_of_the_strip_of_days_can_be_read(market: Market, album: Callable[[str], Path]):
    visitor = market.person(album=album("look"))
    visitor.opens("/styleguide")
    found = visitor.page.evaluate(CONTRASTS)
    assert {look for look, _ in found} == set(LOOKS)
    assert [one for one in found if one[1] < ENOUGH] == []
