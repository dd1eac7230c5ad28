"""The open data and the report are made from the transcripts after each selection, on both databases."""

import json

import pytest
from sqlalchemy import func, select

from app.fairness.models import OpenLine, open_lines, published_report
from app.fairness.operations import publish
from app.infra.db import session
from app.kernel.act import CLOCK, Act
from app.kernel.draw import verify_transcript
from app.kernel.fairness import among, open_data, report
from app.kernel.transcript import METHODS
from app.selections.models import selection_of
from tests import make
from tests.staging import NOW
from tests.verify import verifiers

pytestmark = pytest.mark.usefixtures("app")
CLOCKS = Act(CLOCK, NOW)


def test_each_selection_has_a_line_that_its_transcript_proves():
    agencies = [make.agency() for _ in range(3)]
    jobs = [make.job("selected", entrants=agencies, method=method) for method in METHODS[:3]]
    jobs += [make.job("selected", entrants=agencies, method="price_and_days", price_weight=60)]
    jobs += [make.job("selected", entrants=agencies[:2], method="lowest_price", quotes=[900_000] * 2, funds="social")]
    jobs += [make.job("failed", entries=0)]
    publish(CLOCKS)
    lines = {line["job"]: line for line in map(json.loads, open_lines())}
    assert list(lines) == sorted(job.number for job in jobs)
    for job in jobs:
        transcript, line = selection_of(job.id).transcript, lines[job.number]
        assert verify_transcript(transcript) is None
        for name in ("digest", "job", "method", "winner"):
            assert line[name] == transcript[name]
        assert line["among"] == among(transcript)
        assert (line["item"], line["owner"]) == (job.item.code, job.owner.code)
        assert line["transcript"] == f"/jobs/{job.id}/transcript.json"
    assert [len(lines[job.number]["among"]) for job in jobs] == [3, 1, 1, 1, 2, 0]


def test_a_natural_persons_identity_number_is_not_published():
    owner = make.unit(natural=True)
    make.job("selected", owner=owner, funds="social")
    publish(CLOCKS)
    (line,) = map(json.loads, open_lines())
    assert line["owner"] == f"natural-{owner.id}"
    assert owner.code not in open_data(open_lines())


def test_the_report_follows_each_selection(work):
    agencies = [make.agency() for _ in range(3)]
    jobs = [make.job("selected", entrants=agencies, now=NOW) for _ in range(5)]
    make.keep()
    work(make.later(jobs[-1]))
    first = published_report()
    assert (first.report["draws"], first.report) == (5, report(open_lines()))
    assert first.report["looks"] == {"agencies": 3, "owners": 0, "items": 3}
    job = make.job("selected", now=NOW)
    make.keep()
    work(make.later(job))
    assert published_report().report["draws"] == 6
    assert session.scalar(select(func.count(OpenLine.id))) == 6


def test_nothing_new_leaves_the_report_as_it_was():
    make.job("selected")
    publish(CLOCKS)
    made = published_report().made_at
    publish(Act(CLOCK, make.NOW.replace(year=2027)))
    assert published_report().made_at == made


def test_the_verifier_agrees_on_real_selections(tmp_path):
    agencies = [make.agency() for _ in range(3)]
    owner = make.unit()
    for _ in range(6):
        make.job("selected", owner=owner, entrants=agencies)
    publish(CLOCKS)
    found, told = tmp_path / "draws.json", tmp_path / "fairness.json"
    found.write_text(open_data(open_lines()), encoding="utf-8")
    told.write_text(json.dumps(published_report().report), encoding="utf-8")
    status, said = verifiers.run(verifiers.ROOT / "verify" / "fairness.py", str(found), str(told))
    assert (status, "The report follows" in said) == (0, True)


def test_the_command_publishes_what_was_selected_before(app):
    make.job("selected")
    make.keep()
    done = app.test_cli_runner().invoke(args=["fairness"], catch_exceptions=False)
    assert (done.exit_code, "/draws.json" in done.output) == (0, True)
    assert published_report().report["selections"] == 1
