"""What a unified standard allows, as the hint of a field that it bounds."""

from typing import Any

from flask_babel import gettext

from app.web.dates import full


def allowed(standard: Any, most: str) -> str:
    """At most this, by which version of the standard; without a bound, that there is none."""
    if not most:
        return gettext("No unified standard bounds this: you set it, and the contract follows it.")
    places = {"most": most, "version": standard.version, "since": full(standard.effective_from)}
    return gettext("At most %(most)s: unified standard, version %(version)s of %(since)s.", **places)
