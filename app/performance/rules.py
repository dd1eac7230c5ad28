"""Who reads what a unit promised and did: anyone, of a unit that posts jobs; an agency's stands on its own page."""

from typing import Any

from app.kernel.act import Actor, Kind
from app.kernel.law import who
from app.kernel.words import N_


@who(N_("anyone, of a unit that posts jobs"))
def of_an_owner(actor: Actor, unit: Any) -> bool:
    return bool(unit.kind == Kind.OWNER)


MAY_READ = of_an_owner
