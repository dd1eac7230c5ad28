"""How templates reach the application: what they call is called plainly, and an address is built once."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, request, templating, url_for
from jinja2.runtime import Context
from markupsafe import Markup

ADDRESSES_KEPT = 4096
LISTS_KEPT = 256


class PlainContext(Context):
    """Templates here call macros and functions of our own, and none of them asks for the context: jinja need not look
    whether they do, which takes longer than most of them."""

    def call(
        __self, __called: Callable[..., Any], *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **kwargs: Any
    ) -> Any:
        return __called(*args, **kwargs)


class Environment(templating.Environment):
    """Flask's, for templates that have no globals of their own."""

    context_class = PlainContext

    def make_globals(self, d: Any) -> Any:
        return super().make_globals(d) if d else self.globals


def install(app: Flask) -> None:
    @lru_cache(ADDRESSES_KEPT, typed=True)
    def built(root: str, endpoint: str, **values: Any) -> str:
        return url_for(endpoint, **values)

    app.jinja_env.filters["options"] = lambda choices, chosen: options(tuple(choices), str(chosen))
    app.jinja_env.globals["url_for"] = lambda endpoint, **values: built(request.root_path, endpoint, **values)


@lru_cache(LISTS_KEPT)
def options(choices: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    """The lines of a drop-down. The long lists of the catalogue hardly ever change, so each is drawn once."""
    line, selected = Markup('<option value="{}"{}>{}</option>'), Markup(" selected")
    return Markup("").join(
        line.format(value, selected if str(value) == chosen else "", words) for value, words in choices
    )
