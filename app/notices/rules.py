"""The law of notices: a person reads their own."""

from typing import Any

from app.kernel.act import Actor
from app.kernel.law import signed_in, who
from app.kernel.words import N_


@who(N_("whoever it is addressed to"))
def its_reader(actor: Actor, notice: Any) -> bool:
    return actor.user_id is not None and actor.user_id == notice.user_id


MAY_READ = its_reader
MAY_LIST = signed_in
