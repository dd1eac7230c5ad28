"""Who is plugged into what. The only module that sees every feature; nothing imports it but the factory."""

from collections.abc import Callable
from typing import Any

from app.agencies.models import Agency
from app.calendars.commands import COMMANDS as calendar_commands
from app.catalogue.operations import load as load_catalogue
from app.districts.models import load as load_districts
from app.jobs.models import Job
from app.kernel.act import Act
from app.ratings.models import Rating
from app.selections.commands import COMMANDS as selection_commands
from app.selections.models import Entry, Objection
from app.services.models import Pause

LIVES = (Agency, Job, Entry, Objection, Pause, Rating)

BLUEPRINTS: tuple[Any, ...] = ()

# Shipped data, in the order it is loaded: each takes (rows by file name, standards by item code, now).
LOADERS: tuple[Callable[..., None], ...] = (load_districts, load_catalogue)

# The clock's steps that do more than move a row.
VERBS: dict[tuple[str, str], Callable[[Act, Any], None]] = {}

# What follows which event, after the commit.
REACTIONS: dict[str, tuple[str, ...]] = {}

TASKS: dict[str, Callable[..., None]] = {}

COMMANDS: tuple[Any, ...] = (*calendar_commands, *selection_commands)
