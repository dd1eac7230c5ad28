"""The law of panels: who sits on one, who is kept out, and who sees what of its scores."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from app.jobs import rules as jobs
from app.kernel.act import Actor, Kind
from app.kernel.law import Lifecycle, Turn, step, the_operator, who
from app.kernel.words import N_


class Part(StrEnum):
    CHAIR = "chair"
    MEMBER = "member"
    WITNESS = "witness"


class SeatState(StrEnum):
    SEATED = "seated"
    SCORED = "scored"
    RECUSED = "recused"


PARTS = {Part.CHAIR: N_("chair"), Part.MEMBER: N_("member"), Part.WITNESS: N_("witness")}
# Whose people sit on no panel, and why.
BARRED: dict[str, str] = {
    Kind.AGENCY: N_("people of an agency compete here or may compete"),
    Kind.OPERATOR: N_("people of the operator can read who has entered"),
}


@who(N_("whoever holds the seat"))
def its_holder(actor: Actor, seat: Any) -> bool:
    return actor.user_id is not None and actor.user_id == seat.user_id


@who(N_("on a seat that scores"))
def on_a_scoring_seat(actor: Actor, seat: Any) -> bool:
    return seat.part in (Part.CHAIR, Part.MEMBER)


@who(N_("the owner until the entry closes"))
def owner_until_closing(actor: Actor, seat: Any) -> bool:
    return jobs.its_owner(actor, seat.job) and jobs.before_closing(actor, seat.job)


@who(N_("whoever sits on the panel"))
def on_the_panel(actor: Actor, bench: Any) -> bool:
    return any(its_holder(actor, seat) for seat in sitting(bench.seats))


@who(N_("the owner, the operator and the regulator of the job"))
def over_the_job(actor: Actor, bench: Any) -> bool:
    return (jobs.its_owner | the_operator | jobs.its_regulator)(actor, bench.job)


# fmt: off
SEAT_LIFE = Lifecycle("seat", N_("seat on a panel"), {
        SeatState.SEATED:  N_("to score"),
        SeatState.SCORED:  N_("has scored"),
        SeatState.RECUSED: N_("recused"),
    },
    step("score",  N_("Score the bidders"), SeatState.SEATED,                                 SeatState.SCORED,  its_holder & on_a_scoring_seat, asks=True),
    step("recuse", N_("Recuse"),            frozenset({SeatState.SEATED, SeatState.SCORED}), SeatState.RECUSED, its_holder | the_operator | owner_until_closing, asks=True),
    page="seats",
    turns={SeatState.SEATED: Turn(its_holder & on_a_scoring_seat, N_("Score the bidders"), "seats.score")},
)

MAY_READ_PANEL = over_the_job | on_the_panel
# fmt: on


def sitting(seats: Sequence[Any]) -> list[Any]:
    """The seats nobody has left."""
    return [seat for seat in seats if seat.state != SeatState.RECUSED]


def scorers(seats: Sequence[Any]) -> list[Any]:
    """The seats that score: chair and members who have not left."""
    return [seat for seat in sitting(seats) if seat.part != Part.WITNESS]


def witnesses(seats: Sequence[Any]) -> list[Any]:
    return [seat for seat in sitting(seats) if seat.part == Part.WITNESS]


def has_chair(seats: Sequence[Any]) -> bool:
    return any(seat.part == Part.CHAIR for seat in sitting(seats))


def is_complete(seats: Sequence[Any], least: int) -> bool:
    """Whether a chair and members enough score, and an odd number of them."""
    number = len(scorers(seats))
    return has_chair(seats) and number >= least and number % 2 == 1


def is_even(seats: Sequence[Any], least: int) -> bool:
    """Whether nothing but one more, or one fewer, is wanting: an even number scores."""
    return has_chair(seats) and len(scorers(seats)) >= least and not is_complete(seats, least)


def all_scored(seats: Sequence[Any]) -> bool:
    """Whether everybody who scores has given scores; before that nobody sees another's."""
    asked = scorers(seats)
    return bool(asked) and all(seat.state == SeatState.SCORED for seat in asked)


def has_scored(seat: Any) -> bool:
    return bool(seat.state == SeatState.SCORED)


def has_left(seat: Any) -> bool:
    return bool(seat.state == SeatState.RECUSED)
