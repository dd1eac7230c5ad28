"""Whose record has a page of its own, without a database."""

from types import SimpleNamespace

import pytest

from app.kernel.act import Kind
from app.performance.rules import MAY_READ
from tests.jobs.test_rules import PEOPLE


@pytest.mark.parametrize("kind", [Kind.OWNER, Kind.AGENCY, Kind.REGULATOR, Kind.OPERATOR])
def test_anyone_reads_the_record_of_a_unit_that_posts_jobs_and_of_no_other(kind):
    told = {MAY_READ(actor, SimpleNamespace(kind=kind)) for actor in PEOPLE.values()}
    assert told == {kind == Kind.OWNER}
