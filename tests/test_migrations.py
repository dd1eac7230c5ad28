"""The migrations make exactly the schema of the models, from nothing and back, on both databases."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, func, inspect, select, text

import config
from app import create_app
from app.agencies import operations as agencies
from app.calendars.models import CalendarNotice
from app.catalogue.models import Item
from app.entries import operations as entries
from app.entries.eligibility import Offer
from app.entries.models import versions_of
from app.infra import db
from app.infra.db import Row
from app.jobs.models import Job
from tests import make, replay

ROOT = Path(__file__).parent.parent
MEMORY = {"alembic_version"}


@pytest.fixture(scope="module")
def prepared(make_database: Callable[..., str], fast: Path) -> Callable[[str, bool], str]:
    """`prepared(backend, loaded)`: a database that the service's own commands brought from nothing to the newest
    schema, and to the shipped data if `loaded`. It is made once, for tests to copy."""

    @cache
    def make(backend: str, loaded: bool) -> str:
        url = make_database(backend, make(backend, False)) if loaded else make_database(backend)
        service = created(url, fast)
        (load if loaded else migrate)(service)
        bound().dispose()
        return url

    return make


@pytest.fixture
def service(
    backend: str, prepared: Callable[[str, bool], str], make_database: Callable[..., str], fast: Path
) -> Iterator[Flask]:
    """The application on a database of the newest schema, without any rows."""
    yield created(make_database(backend, prepared(backend, False)), fast)
    bound().dispose()


@pytest.fixture
def stocked(
    backend: str, prepared: Callable[[str, bool], str], make_database: Callable[..., str], fast: Path
) -> Iterator[Flask]:
    """The application on a database of the newest schema that holds the shipped data; builders build."""
    replay.off()
    yield created(make_database(backend, prepared(backend, True)), fast)
    bound().dispose()


@pytest.fixture
def migrated(service: Flask) -> Engine:
    """A database brought from nothing to the newest schema by the service's own command."""
    return bound()


@pytest.fixture
def modelled(backend: str, make_database: Callable[[str], str]) -> Iterator[Engine]:
    """A database made from the models alone."""
    engine = db.create_engine(make_database(backend))
    Row.metadata.create_all(engine)
    yield engine
    engine.dispose()


def bound() -> Engine:
    engine = db.session.get_bind()
    assert isinstance(engine, Engine)
    return engine


def created(url: str, folder: Path) -> Flask:
    return create_app(config.load({"ENV": "test", "DATA_DIR": str(folder), "DATABASE_URL": url}))


def migrate(service: Flask) -> None:
    done = service.test_cli_runner().invoke(args=["migrate"], catch_exceptions=False)
    assert done.exit_code == 0, done.output


def load(service: Flask) -> None:
    done = service.test_cli_runner().invoke(args=["load"], catch_exceptions=False)
    assert done.exit_code == 0, done.output


def alembic(engine: Engine) -> Config:
    known = Config(str(ROOT / "migrations" / "alembic.ini"))
    known.set_main_option("script_location", str(ROOT / "migrations"))
    address = engine.url.render_as_string(hide_password=False)
    known.set_main_option("sqlalchemy.url", address.replace("%", "%%"))
    return known


def schema(engine: Engine) -> dict[str, Any]:
    """All that the database says of each table, in an order that does not depend on how it was made."""
    found = inspect(engine)
    reads: dict[str, Any] = {
        "columns": {
            table: [(one["name"], str(one["type"]), one["nullable"], str(one["default"])) for one in columns]
            for table, columns in found.get_multi_columns().items()
        },
        "key": found.get_multi_pk_constraint(),
        "references": found.get_multi_foreign_keys(),
        "unique": found.get_multi_unique_constraints(),
        "checks": found.get_multi_check_constraints(),
        "indexes": found.get_multi_indexes(),
    }
    names = set(found.get_table_names()) - MEMORY
    return {name: {what: told(read[None, name]) for what, read in reads.items()} for name in names}


def told(thing: Any) -> Any:
    if isinstance(thing, dict):
        return sorted(f"{name}: {told(part)}" for name, part in thing.items())
    return sorted(str(told(part)) for part in thing) if isinstance(thing, list) else str(thing)


def differences(engine: Engine) -> list[Any]:
    """What autogenerate would write into a next migration."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Row.metadata))


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def test_the_migrations_make_exactly_the_schema_of_the_models(migrated: Engine, modelled: Engine) -> None:
    made, meant = schema(migrated), schema(modelled)
    assert made.keys() == meant.keys() == Row.metadata.tables.keys()
    for name, table in meant.items():
        assert made[name] == table, name
    assert differences(migrated) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE job ADD COLUMN forgotten INTEGER",
        "CREATE TABLE forgotten (id INTEGER)",
        "DROP INDEX ix_job_state_due",
        "DROP INDEX uq_award_current",
    ],
)
def test_a_difference_would_be_seen(change: str, migrated: Engine, modelled: Engine) -> None:
    with migrated.begin() as connection:
        connection.execute(text(change))
    assert differences(migrated) != []
    assert schema(migrated) != schema(modelled)


def test_a_second_upgrade_does_nothing(service: Flask, migrated: Engine) -> None:
    before, at = schema(migrated), revision(migrated)
    with migrated.begin() as connection:
        connection.execute(text("INSERT INTO number_series (year, last) VALUES (2026, 7)"))
    migrate(service)
    with migrated.connect() as connection:
        assert connection.execute(text("SELECT year, last FROM number_series")).all() == [(2026, 7)]
    assert (schema(migrated), revision(migrated)) == (before, at)


def test_every_step_can_be_taken_back_to_nothing_and_forth_again(migrated: Engine) -> None:
    known, left = alembic(migrated), []
    for _ in ScriptDirectory.from_config(known).walk_revisions():
        left.append((revision(migrated), schema(migrated)))
        command.downgrade(known, "-1")
    assert (revision(migrated), schema(migrated)) == (None, {})
    for at, before in reversed(left):
        command.upgrade(known, "+1")
        assert (revision(migrated), schema(migrated)) == (at, before)


def test_what_was_entered_before_versions_were_kept_is_the_first_version(stocked: Flask) -> None:
    migrated = bound()
    with stocked.app_context():
        job, agencies = make.job("open"), [make.agency(), make.agency()]
        entered = [entries.enter(make.act(one, make.later(job)), job, Offer()) for one in agencies]
        entries.withdraw(make.act(agencies[1], make.later(job, hours=1)), entered[1])
        kept = [(one.id, one.sealed, one.offer, one.received_at) for one in entered]
        left = make.later(job, hours=1)
        make.keep()
        db.session.remove()
    command.downgrade(alembic(migrated), "0008")
    command.upgrade(alembic(migrated), "head")
    with stocked.app_context():
        versions = [one for id, *_ in kept for one in versions_of(id)]
        assert [(one.entry_id, one.sealed, one.offer, one.received_at) for one in versions] == kept
        ends = [(one.number, one.ended_by, one.ended_at) for one in versions]
        assert ends == [(1, None, None), (1, "withdraw", left)]
        db.session.remove()


def test_papers_stated_before_are_compared_by_the_words_on_them(stocked: Flask) -> None:
    migrated = bound()
    with stocked.app_context():
        agency = make.agency(admitted=False, lists=None)
        wide = make.qualification("Ｓｕｒｖｅｙ　资质（甲）", "甲 级", file=make.file(agency).id)
        plain = make.qualification("测绘资质", "", file=make.file(agency).id)
        by = make.act(agency)
        agencies.set_qualifications(by, agency, rows=[wide, plain])
        agencies.set_professionals(by, agency, rows=[make.professional("注册土木工程师 （岩土）")])
        make.keep()
        db.session.remove()
    command.downgrade(alembic(migrated), "0013")
    command.upgrade(alembic(migrated), "head")
    with migrated.connect() as connection:
        held = connection.execute(text("SELECT plain_kind, plain_grade FROM qualification ORDER BY id")).all()
        assert [tuple(row) for row in held] == [("Survey资质(甲)", "甲级"), ("测绘资质", "")]
        assert connection.scalars(text("SELECT plain_certificate FROM professional")).all() == ["注册土木工程师(岩土)"]


def test_papers_checked_before_are_summed_up(stocked: Flask) -> None:
    migrated = bound()
    with stocked.app_context():
        asked = next(item for item in db.session.scalars(select(Item)) if item.require and item.require_staff)
        made = [make.agency(lists=asked).id, make.agency(admitted=False).id]
        make.keep()
        db.session.remove()
    query = text("SELECT papers_until, plain_papers, plain_certificates FROM agency WHERE id = :id")
    with migrated.connect() as connection:
        before = [tuple(connection.execute(query, {"id": id}).one()) for id in made]
    command.downgrade(alembic(migrated), "0014")
    command.upgrade(alembic(migrated), "head")
    with migrated.connect() as connection:
        assert [tuple(connection.execute(query, {"id": id}).one()) for id in made] == before
    assert all(before[0]) and before[1] == (None, "", "")


def test_open_deadlines_of_before_say_what_they_are_counted_from(stocked: Flask) -> None:
    migrated = bound()
    with stocked.app_context():
        jobs = [make.job(state) for state in ("open", "selected", "in_service", "paused")]
        meant = {job.id: (job.counted(), job.promised_due) for job in jobs}
        make.keep()
        db.session.remove()
    command.downgrade(alembic(migrated), "0016")
    command.upgrade(alembic(migrated), "head")
    with stocked.app_context():
        db.forget()
        found = {job.id: (job.counted(), job.promised_due) for job in db.session.scalars(select(Job))}
        assert found == meant and all(counted for counted, _ in list(meant.values())[:3])
        notices = db.session.scalar(select(func.count()).select_from(CalendarNotice))
        db.session.remove()
    assert notices == 0
    load(stocked)
    with stocked.app_context():
        states = set(db.session.scalars(select(CalendarNotice.state)))
        assert states == {"applied"}, "what is in force already is a notice in force"


def test_awards_and_trips_are_filled_in_from_the_record(stocked: Flask) -> None:
    migrated = bound()
    with stocked.app_context():
        job, other = make.job("in_service"), make.job("open")
        report = make.file(job.agency.unit, now=make.later(job)).id
        by = make.act(make.user_of(job.agency), make.later(job))
        make.verb("services", "deliver")(by, job, file_ids=[report], note="", came=True)
        known = [(job.id, job.awarded_at, 1), (other.id, None, 0)]
        make.keep()
        db.session.remove()
    command.downgrade(alembic(migrated), "0021")
    command.upgrade(alembic(migrated), "head")
    with stocked.app_context():
        found = db.session.execute(select(Job.id, Job.awarded_at, Job.trips).order_by(Job.id)).all()
        assert [tuple(row) for row in found] == known and known[0][1]
        db.session.remove()


def test_the_migrations_are_one_numbered_line() -> None:
    steps = list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())
    assert [step.revision for step in reversed(steps)] == [f"{number:04}" for number in range(1, len(steps) + 1)]
    assert [Path(step.path).name.startswith(f"{step.revision}_") for step in steps] == [True] * len(steps)


def test_the_shipped_data_fits_what_the_migrations_made(service: Flask, migrated: Engine) -> None:
    load(service)
    with migrated.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM item"))
