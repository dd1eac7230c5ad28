"""Reading a page as somebody who looks for one field: what is said beside it, and what it still shows."""

import re
from html import unescape
from typing import Any

from tests.client import CheckedClient


def english(client: CheckedClient) -> CheckedClient:
    """The client, its pages in English."""
    client.post("/language", data={"locale": "en"})
    return client


def error(page: Any, field: str) -> str:
    """What is said to be wrong beside a field; "" when nothing is."""
    found = re.search(rf'id="{re.escape(field)}-error">(.*?)</p>', page.text, re.S)
    return plain(found[1]) if found else ""


def kept(page: Any, field: str) -> str:
    """What a field still shows of what was typed or chosen."""
    name = re.escape(field)
    if area := re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page.text, re.S):
        return unescape(area[1]).removeprefix("\n")
    if choice := re.search(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', choice[1])
        return unescape(chosen[1]) if chosen else ""
    inputs = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.text)
    shown = [one for one in inputs if 'type="radio"' not in one or " checked" in one]
    value = re.search(r'value="([^"]*)"', shown[0]) if shown else None
    return unescape(value[1]) if value else ""


def plain(html: str) -> str:
    """The words of a piece of a page, single-spaced."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
