"""The law of appeals against a rating: by whoever it is about, decided by the regulator of the sector with a reason."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor
from app.kernel.law import Lifecycle, Turn, step, the_operator, who
from app.kernel.words import N_
from app.ratings import rules as ratings


class AppealState(StrEnum):
    FILED = "filed"
    REFUSED = "refused"
    GRANTED = "granted"
    TAKEN_BACK = "taken_back"


@who(N_("whoever appealed"))
def its_appellant(actor: Actor, appeal: Any) -> bool:
    return actor.unit_id is not None and actor.unit_id == appeal.unit_id


@who(N_("either side of the job"))
def party_of_its_job(actor: Actor, appeal: Any) -> bool:
    return jobs.its_parties(actor, appeal.job)


@who(N_("the regulator of the job's sector"))
def regulator_of_its_job(actor: Actor, appeal: Any) -> bool:
    return jobs.its_regulator(actor, appeal.job)


PENDING = frozenset({AppealState.FILED})

# fmt: off
LIFE = Lifecycle("appeal", N_("appeal against a rating"), {
        AppealState.FILED:      N_("to be decided"),
        AppealState.REFUSED:    N_("refused: the rating stands"),
        AppealState.GRANTED:    N_("granted: the rating is set aside"),
        AppealState.TAKEN_BACK: N_("taken back"),
    },
    step("refuse",    N_("Let the rating stand"),   AppealState.FILED, AppealState.REFUSED,    regulator_of_its_job, asks=True),
    step("grant",     N_("Set the rating aside"),   AppealState.FILED, AppealState.GRANTED,    regulator_of_its_job, asks=True),
    step("take_back", N_("Take the appeal back"),   AppealState.FILED, AppealState.TAKEN_BACK, its_appellant),
    page="appeals",
    turns={AppealState.FILED: Turn(regulator_of_its_job, N_("Decide the appeal against a rating"), "appeals.show", N_("The rating counts until it is decided."))},
)

MAY_READ   = its_appellant | party_of_its_job | the_operator | regulator_of_its_job
MAY_APPEAL = ratings.its_subject & ratings.revealed
# fmt: on
