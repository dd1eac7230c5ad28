"""What somebody signed in with, in two words instead of the sentence a browser says of itself."""

from app.kernel.words import N_
from app.web.said import said

BROWSERS = {
    "MicroMessenger": N_("WeChat"), "Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": "HarmonyOS", "Android": "Android", "Windows": "Windows",
    "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip
LONGEST = 60


def device(agent: str) -> str:
    """Chrome · Windows; the beginning of what it says of itself when neither is known."""
    found = [next((name for mark, name in known.items() if mark in agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(said(name) for name in found if name) or agent[:LONGEST]
