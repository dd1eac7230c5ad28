"""Thousands of seeded schedules of the races that matter, on the application's own pages and with the clock's own work.

A sample runs with the suite and 10,000 of each with `make soak`. `SCHEDULE=<run>/<number>` runs one of them again.
"""

import os
import re
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from random import Random

import pytest

from tests import make
from tests.schedules.scenes import SCENES, Scene
from tests.schedules.schedule import Outcome, naively, perform, shelf, windows
from tests.schedules.service_scenes import SERVICE_SCENES
from tests.staging import Stage

pytestmark = pytest.mark.parametrize("build", SCENES + SERVICE_SCENES, ids=lambda build: build.__name__)
Build = Callable[[Random], Scene]
CONTROLS = 40
PER_SCENE = 50  # schedules that have a scene in common, which is put back after each
# How whoever was not first is told how it stands.
TOLD = re.compile(
    r"it is now “[^”]+”|Your agency has entered this job already|Another agency is selected now"
    r"|The clock selects in a moment|the clock takes the next step|The publicity of this result has ended"
    r"|The panel is not complete: (the owner first fills the seat that was left|an odd number has to score)"
)
WAY_ON = re.compile(r'class="btn btn-go" href="/(jobs|entries|seats|pauses|alterations)/\d+"')


@pytest.mark.soak
def test_in_every_schedule_one_is_first_and_the_others_read_how_it_stands(
    build: Build, backend: str, stage: Callable[[str], Stage], at_scale: Callable[[int, int], int]
) -> None:
    run, _, number = os.environ.get("SCHEDULE", "").partition("/")
    run = run or secrets.token_hex(4)
    sys.stdout.write(f"SCHEDULE={run}/<number> runs one of these again\n")
    first = range(0, PER_SCENE * at_scale(3 if build in SCENES else 1, 200), PER_SCENE)
    numbers = [int(number)] if number else [one + place for one in first for place in range(at_scale(5, PER_SCENE))]
    faults = list(faults_of(build, stage(backend), run, numbers))
    assert not faults, "\n".join(faults)


def test_whoever_looks_first_and_acts_later_is_overtaken(
    build: Build, backend: str, stage: Callable[[str], Stage]
) -> None:
    """The control: the same schedules find what goes wrong without the locks."""
    here = stage(backend)
    here.enter()
    scene = build(Random("control"))
    make.keep()
    with shelf(here.engine) as kept:
        for number in range(CONTROLS):
            wrong = scene.wrong(naively(scene, f"control/{number}"))
            kept.put_back()
            if wrong:
                return
    raise AssertionError(f"in {CONTROLS} schedules nobody was overtaken")


def faults_of(build: Build, here: Stage, run: str, numbers: Iterable[int]) -> Iterator[str]:
    """What went wrong, by schedule."""
    for part, few in groupby(numbers, lambda number: number // PER_SCENE):
        app = here.enter()
        scene = build(Random(f"{run}/{part}"))
        make.keep()
        keys = windows(app, scene)
        with shelf(here.engine) as kept:
            for number in few:
                outcome = perform(app, scene, keys, f"{run}/{number}")
                for fault in faults_in(scene, outcome):
                    yield f"SCHEDULE={run}/{number}: {fault}; {outcome.accepted}, {outcome.story}"
                kept.put_back()
        here.leave()


def faults_in(scene: Scene, outcome: Outcome) -> Iterator[str]:
    yield from (f"{type(failure).__name__}: {failure}" for failure in outcome.failures)
    for answer in outcome.answers:
        if answer is None or answer.status_code not in (303, 409):
            yield f"answered {answer and answer.status_code}"
        elif answer.status_code == 409 and not (TOLD.search(answer.text) and WAY_ON.search(answer.text)):
            yield f"a 409 that does not tell how it stands: {answer.text}"
    if scene.wrong(outcome.story):
        yield "two were first"
    elif not scene.stands(outcome.accepted):
        yield "the rows are not as the answers say"
