"""The law of ratings: both sides rate once, nobody sees the other's before both are in or the window ends."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor
from app.kernel.law import Lifecycle, step, the_operator, who
from app.kernel.words import N_


class RatingState(StrEnum):
    GIVEN = "given"
    SET_ASIDE = "set_aside"


class Party(StrEnum):
    """Who has a part in the three-party score of a job."""

    OWNER = "owner"
    REGULATOR = "regulator"
    CENTRE = "centre"


class Side(StrEnum):
    OWNER = "owner"
    AGENCY = "agency"


def counts(rating: Any) -> bool:
    """Whether a rating counts once it is revealed."""
    return bool(rating.state == RatingState.GIVEN)


AXIS_NAMES = {
    "quality": N_("Quality"), "timeliness": N_("Timeliness"), "attitude": N_("Attitude"), "fee": N_("Fee"),
    "conduct": N_("Conduct"),
}  # fmt: skip

# What each level of an axis means where an agency rates an owner, worst first like the levels of a standard, which tell
# how an agency serves. A default of this system, and the form says so: no rule known to us describes them.
# fmt: off
OWNER_LEVELS = {
    "quality": (
        N_("1: papers false or withheld; the work could not be done by them"),
        N_("2: gaps or errors in brief or papers that cost days or rework"),
        N_("3: brief and papers usable; gaps were filled when asked"),
        N_("4: brief and papers complete and right"),
        N_("5: complete and right from the start, doubts cleared up unasked"),
    ),
    "timeliness": (
        N_("1: papers, answers or acceptance long past their periods, without a word"),
        N_("2: papers, answers or acceptance past their periods"),
        N_("3: within the periods"),
        N_("4: sooner than the periods ask"),
        N_("5: much sooner, and each step told in advance"),
    ),
    "attitude": (
        N_("1: refuses to work together, or does not answer"),
        N_("2: slow to answer or hard to reach"),
        N_("3: works together as agreed"),
        N_("4: easy to reach, speaks up by itself"),
        N_("5: speaks up by itself and helps with what is difficult"),
    ),
    "fee": (
        N_("1: asks for money back, a lower fee or unpaid work outside the contract"),
        N_("2: pays late, or disputes afterwards what was agreed"),
        N_("3: keeps to the contract so far"),
        N_("4: keeps to the contract, and the way to payment is clear"),
        N_("5: settles everything for payment ahead of its day"),
    ),
    "conduct": (
        N_("1: asks for a false result, or for an advantage of its own"),
        N_("2: departs from what was agreed, or goes round a rule"),
        N_("3: keeps to the rules"),
        N_("4: in good order, everything on record"),
        N_("5: in good order, and points out risks unasked"),
    ),
}
# fmt: on


@who(N_("whoever gave it"))
def its_author(actor: Actor, rating: Any) -> bool:
    return actor.unit_id is not None and actor.unit_id == rating.by_id


@who(N_("anyone once it is revealed"))
def revealed(actor: Actor, rating: Any) -> bool:
    return jobs.is_archived(actor, rating.job)


@who(N_("the side that gave it"))
def its_giver(actor: Actor, rating: Any) -> bool:
    return actor.unit_id == rating.by_id and jobs.its_parties(actor, rating.job)


@who(N_("while it is not revealed"))
def hidden(actor: Actor, rating: Any) -> bool:
    return not jobs.is_archived(actor, rating.job)


@who(N_("whoever it is about"))
def its_subject(actor: Actor, rating: Any) -> bool:
    return actor.unit_id == rating.about_id and jobs.its_parties(actor, rating.job)


@who(N_("once"))
def not_replied(actor: Actor, rating: Any) -> bool:
    return rating.reply is None


@who(N_("the regulator of the job's sector"))
def regulator_of_its_job(actor: Actor, rating: Any) -> bool:
    return jobs.its_regulator(actor, rating.job)


# fmt: off
LIFE = Lifecycle("rating", N_("rating"), {
        RatingState.GIVEN:     N_("counts"),
        RatingState.SET_ASIDE: N_("set aside by the regulator"),
    },
    step("correct",   N_("Correct the rating"),   RatingState.GIVEN,     RatingState.GIVEN,     its_giver & hidden, asks=True),
    step("reply",     N_("Reply in public"),      RatingState.GIVEN,     RatingState.GIVEN,     its_subject & revealed & not_replied, asks=True),
    step("set_aside", N_("Set the rating aside"), RatingState.GIVEN,     RatingState.SET_ASIDE, regulator_of_its_job & revealed, asks=True),
    step("restore",   N_("Let it count again"),   RatingState.SET_ASIDE, RatingState.GIVEN,     regulator_of_its_job, asks=True),
    page="ratings",
)

PARTY_NAMES = {Party.OWNER: N_("owner"), Party.REGULATOR: N_("regulator"), Party.CENTRE: N_("service centre")}
MAY_GIVE_PART = jobs.its_regulator & jobs.is_archived | the_operator & jobs.is_archived

MAY_READ = its_author | revealed
MAY_READ_EARLIER = its_author | regulator_of_its_job & revealed
MAY_REVIEW_JOB = jobs.its_regulator | the_operator
# fmt: on
