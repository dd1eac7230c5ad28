"""When a request came: the instant at which the server had it before it, however long it then waits for its turn."""

from contextvars import ContextVar
from datetime import datetime

# Set by the server for the thread that answers; None under a server that does not tell.
came: ContextVar[datetime | None] = ContextVar("came", default=None)
