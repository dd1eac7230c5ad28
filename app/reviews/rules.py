"""The law of reviewing ratings: what stands out or was drawn waits for the regulator, who lets it stay or not."""

from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor
from app.kernel.law import Lifecycle, Turn, a_regulator, in_state, step, the_clock, the_operator, who
from app.kernel.words import N_


class ReviewState(StrEnum):
    PASSED = "passed"
    WAITING = "waiting"
    KEPT = "kept"


FLAGS = {
    "outlier": N_("far from what others say"),
    "mutual": N_("these two favour each other, again and again"),
    "retaliation": N_("low after a dispute"),
    "copied": N_("the same words elsewhere"),
    "burst": N_("many ratings at once"),
    "shared": N_("both units have something in common"),
    "sample": N_("drawn at random"),
}
# Those that the service raises, in the order of the term `review_risks`.
RAISED = tuple(name for name in FLAGS if name != "sample")
NUMBERS = {
    "points": N_("points of this rating, in hundredths"),
    "others": N_("ratings of the same unit by others"),
    "mean": N_("their mean, in hundredths"),
    "given": N_("other ratings by the same rater"),
    "usual": N_("mean of those, in hundredths"),
    "both_high": N_("jobs between both with high ratings both ways"),
    "between": N_("jobs between both"),
    "between_mean": N_("mean of this side in them, in hundredths"),
    "disputes": N_("returns, refused pauses and objections in this job"),
    "same_text": N_("ratings with the same words"),
    "within_two_days": N_("ratings within two days"),
    "usual_thousandths": N_("usual in two days, in thousandths"),
    "what": N_("in common"),
}
SHARED = {
    "person": N_("a person"),
    "telephone": N_("the telephone"),
    "address": N_("the address"),
    "network": N_("the network they sign in from"),
}


@who(N_("the regulator of the job's sector"))
def regulator_of_its_job(actor: Actor, review: Any) -> bool:
    return jobs.its_regulator(actor, review.rating.job)


WAITS = frozenset({ReviewState.WAITING})
passed = in_state(ReviewState.PASSED)

# fmt: off
LIFE = Lifecycle("review", N_("review of a rating"), {
        ReviewState.PASSED:  N_("nothing stands out"),
        ReviewState.WAITING: N_("to be looked at"),
        ReviewState.KEPT:    N_("looked at: the rating stays"),
    },
    step("flag", N_("Flag for review"),     ReviewState.PASSED,  ReviewState.WAITING, the_clock),
    step("draw", N_("Draw for review"),     ReviewState.PASSED,  ReviewState.WAITING, the_clock),
    step("keep", N_("Let the rating stay"), ReviewState.WAITING, ReviewState.KEPT,    regulator_of_its_job, asks=True),
    page="reviews",
    turns={ReviewState.WAITING: Turn(regulator_of_its_job, N_("Look at the rating"), "reviews.show", N_("It counts meanwhile: a flag is a question and no verdict."))},
)

MAY_READ       = regulator_of_its_job | the_operator
MAY_HAVE_QUEUE = a_regulator
# fmt: on
