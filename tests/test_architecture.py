"""The floors hold, and a breach of each kind would be noticed."""

from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter

import pytest

from tests import architecture as map_

MODULES = map_.sources()
TEMPLATES = map_.templates()
KNOWN = set(MODULES)

Check = Callable[[str, str], list[str]]


def upward_imports(module: str, source: str) -> list[str]:
    return map_.upward_imports(module, source, KNOWN | {module})


CHECKS: list[Check] = [
    upward_imports,
    map_.hidden_imports,
    map_.impurities,
    map_.other_commits,
    map_.other_clocks,
    map_.other_environments,
    map_.private_law,
    map_.open_doors,
    map_.oversized,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_is_in_order(check: Check):
    found = [wrong for module, source in MODULES.items() for wrong in check(module, source)]
    assert not found, "\n".join(found)


def test_pages_never_test_a_state_or_a_role():
    found = [wrong for name, text in TEMPLATES.items() for wrong in map_.private_law_of_a_template(name, text)]
    assert not found, "\n".join(found)


def test_every_module_has_a_place():
    for module in MODULES:
        map_.place(module)


def test_there_is_no_cycle():
    TopologicalSorter({module: map_.imports(module, text, KNOWN) for module, text in MODULES.items()}).prepare()


# fmt: off
BREACHES: list[tuple[Check, str, str]] = [
    (upward_imports, "app.kernel.money",      "from app.infra import db"),
    (upward_imports, "app.kernel.money",      "from search import query"),
    (upward_imports, "app.infra.db",          "from app.accounts.models import User"),
    (upward_imports, "app.jobs.models",       "from app.jobs.operations import submit"),
    (upward_imports, "app.jobs.operations",   "from app.selections.models import Entry"),
    (upward_imports, "app.jobs.operations",   "from app.selections import models"),
    (upward_imports, "app.jobs.operations",   "from ..selections.models import Entry"),
    (upward_imports, "app.jobs.operations",   "if TYPE_CHECKING:\n    import app.web.door"),
    (upward_imports, "app.web.door",          "from app.accounts.forms import SignInForm"),
    (upward_imports, "app.web.door",          "from app.wiring import LIVES"),
    (upward_imports, "app.ratings.views",     "from app.jobs.forms import JobForm"),
    (upward_imports, "app.ratings.views",     "from app.jobs.views import bp"),
    (upward_imports, "app.ratings.forms",     "from app.ratings.views import bp"),
    (upward_imports, "app.demonstration",     "from app.wiring import LIVES"),
    (upward_imports, "app.wiring",            "from app import create_app"),
    (upward_imports, "search.engine",         "from app.kernel.words import N_"),
    (map_.hidden_imports,     "app.jobs.views",       "def show():\n    from app.jobs import rules"),
    (map_.hidden_imports,     "app.jobs.views",       "async def show():\n    import json"),
    (map_.hidden_imports,     "app.jobs.views",       "class Page:\n    from app.jobs import rules"),
    (map_.hidden_imports,     "app.jobs.views",       "rules = importlib.import_module('app.jobs.rules')"),
    (map_.hidden_imports,     "app.jobs.views",       "rules = __import__('app.jobs.rules')"),
    (map_.impurities,         "app.jobs.rules",       "from flask import g"),
    (map_.impurities,         "app.jobs.rules",       "import sqlalchemy.orm"),
    (map_.impurities,         "app.jobs.rules",       "from app.infra import db"),
    (map_.impurities,         "app.jobs.rules",       "from app.jobs.models import Job"),
    (map_.impurities,         "app.kernel.law",       "from flask_babel import gettext"),
    (map_.impurities,         "app.kernel.law",       "from app.jobs.rules import LIFE"),
    (map_.impurities,         "app.kernel.law",       "from os import environ"),
    (map_.impurities,         "app.kernel.law",       "open('law.csv')"),
    (map_.other_commits,      "app.jobs.operations",  "session.commit()"),
    (map_.other_commits,      "app.web.answers",      "db.session.commit()"),
    (map_.other_commits,      "app.jobs.operations",  "done = session.commit\ndone()"),
    (map_.other_commits,      "app.jobs.operations",  "from app.infra.db import settle\nsettle(True)"),
    (map_.other_commits,      "app.jobs.views",       "from app.infra import db\nwith db.transaction():\n    pass"),
    (map_.other_clocks,       "app.jobs.operations",  "now = datetime.now(UTC)"),
    (map_.other_clocks,       "app.jobs.operations",  "from datetime import datetime as moment\nnow = moment.now()"),
    (map_.other_clocks,       "app.jobs.operations",  "import datetime as dt\nnow = dt.datetime.now()"),
    (map_.other_clocks,       "app.jobs.operations",  "from time import time\nnow = time()"),
    (map_.other_clocks,       "app.jobs.models",      "at = mapped_column(default=datetime.now)"),
    (map_.other_clocks,       "app.jobs.operations",  "now = datetime.datetime.utcnow()"),
    (map_.other_clocks,       "app.infra.record",     "today = date.today()"),
    (map_.other_clocks,       "app.kernel.lights",    "now = time.time()"),
    (map_.other_clocks,       "app.jobs.models",      "at = mapped_column(server_default=func.now())"),
    (map_.other_environments, "app.infra.mail",       "folder = os.environ['MAIL_DIR']"),
    (map_.other_environments, "app.infra.mail",       "folder = os.getenv('MAIL_DIR')"),
    (map_.private_law,        "app.jobs.operations",  "if job.state == 'open': pass"),
    (map_.private_law,        "app.jobs.operations",  "if 'open' != job.state: pass"),
    (map_.private_law,        "app.jobs.views",       "if job.state in (State.OPEN, State.CLOSED): pass"),
    (map_.private_law,        "app.jobs.views",       "late = state in (State.OPEN, State.CLOSED)"),
    (map_.private_law,        "app.jobs.views",       "if act.actor.kind == Kind.OWNER: pass"),
    (map_.private_law,        "app.jobs.views",       "if me.kind is kind: pass"),
    (map_.private_law,        "app.jobs.views",       "if who == 'regulator': pass"),
    (map_.private_law,        "app.jobs.views",       "state = job.state\nif state == 'in_service': pass"),
    (map_.private_law,        "app.jobs.views",       "if getattr(job, 'state') in wanted: pass"),
    (map_.private_law,        "app.jobs.views",       "if job.state.startswith('contract'): pass"),
    (map_.private_law,        "app.jobs.views",       "says = {'open': 'yes'}[job.state]"),
    (map_.private_law,        "app.jobs.operations",  "jobs = session.query(Job).filter_by(state='open')"),
    (map_.private_law,        "app.jobs.views",       "match job.state:\n    case 'open': pass"),
    (map_.private_law,        "app.jobs.views",       "open_jobs = select(Job).where(Job.state.in_(OPEN))"),
    (map_.private_law,        "app.web.door",         "if membership.role == 'administrator': pass"),
    (map_.private_law,        "app.demonstration",    "if job.state == 'open': pass"),
    (map_.open_doors,         "app.jobs.views",       "@bp.get('/jobs')\ndef index(): pass"),
    (map_.open_doors,         "app.jobs.views",       "@bp.route('/new', methods=['POST'])\n@cached\ndef new(): pass"),
    (map_.oversized,          "app.jobs.views",       "x = 1\n" * 251),
    (map_.oversized,          "app.jobs.views",       "def long():\n" + "    x = 1\n" * 40),
]
LAWFUL: list[tuple[Check, str, str]] = [
    (upward_imports, "app.kernel.law",        "from app.kernel.act import Act"),
    (upward_imports, "app.infra.db",          "from app.infra.outbox import Task"),
    (upward_imports, "app.jobs.rules",        "from app.accounts.rules import owner"),
    (upward_imports, "app.jobs.documents",    "from search import Query"),
    (upward_imports, "app.ratings.operations", "from app.jobs import operations"),
    (upward_imports, "app.jobs.views",        "from app.web.door import allow\nfrom app.jobs.forms import JobForm"),
    (upward_imports, "app.ratings.views",     "from app.jobs.operations import submit"),
    (upward_imports, "app.wiring",            "from app.demonstration import COMMANDS\nfrom app.jobs.views import bp"),
    (upward_imports, "app",                   "from app import wiring"),
    (map_.hidden_imports,     "app",                  "def create_app():\n    from app import wiring"),
    (map_.impurities,         "app.jobs.rules",       "from app.kernel.law import who\nfrom app.accounts import rules"),
    (map_.impurities,         "app.jobs.models",      "from sqlalchemy import select"),
    (map_.other_commits,      "app.infra.db",         "session.commit()"),
    (map_.other_clocks,       "app.web.door",         "datetime.now(UTC)"),
    (map_.other_clocks,       "app.jobs.commands",    "datetime.now(UTC)"),
    (map_.other_clocks,       "app.jobs.views",       "now()"),
    (map_.private_law,        "app.jobs.rules",       "actor.kind == Kind.OWNER"),
    (map_.private_law,        "app.jobs.models",      "Job.state == State.OPEN"),
    (map_.private_law,        "app.jobs.views",       "if qualification.kind == 'grade': pass"),
    (map_.private_law,        "app.jobs.views",       "if is_open(job): show(job.state)"),
    (map_.other_commits,      "app.jobs.commands",    "from app.infra.db import transaction\nwith transaction(): pass"),
    (map_.other_commits,      "app.jobs.operations",  "from app.kernel.choosing import settle\nsettle(outcome)"),
    (map_.other_clocks,       "app.jobs.forms",       "from datetime import time\nopens = time(9)"),
    (map_.private_law,        "app.jobs.operations",  "from app.jobs.rules import OF\nroles = OF[unit.kind]"),
    (map_.private_law,        "app.jobs.views",       "kinds = {one.kind: one for one in rows}"),
    (map_.open_doors,         "app.jobs.views",       "@bp.get('/jobs')\n@allow(anyone)\ndef index(): pass"),
    (map_.oversized,          "app.jobs.views",       "x = 1\n\n" * 250),
    (map_.oversized,          "app.jobs.views",       "def long():\n" + "    x = 1\n" * 39),
]
TEMPLATE_BREACHES = [
    '{% if job.state == "open" %}open{% endif %}',
    '{% if job.state in ("open", "closed") %}open{% endif %}',
    '{% if "owner" == me.role %}mine{% endif %}',
    '{% if me.actor.kind != "owner" %}not mine{% endif %}',
    '{% if me.role %}mine{% endif %}',
    '{% set open = job.state == "open" %}',
    '{{ "open" if job.state is eq("open") else "" }}',
    '{% for job in jobs if job.state == "open" %}{{ job }}{% endfor %}',
]
LAWFUL_TEMPLATES = [
    '{% for step in offered(job) %}{{ step.verb }}{% endfor %}',
    '{{ job.LIFE.label(job.state) }}{{ job.state | badge }}',
    '{% if field.kind == "money" %}{{ _("yuan") }}{% endif %}',
    '{% if job.is_open %}{% trans %}open{% endtrans %}{% endif %}',
]
# fmt: on


@pytest.mark.parametrize("check, module, source", BREACHES)
def test_a_breach_is_noticed(check: Check, module: str, source: str):
    assert check(module, source)


@pytest.mark.parametrize("check, module, source", LAWFUL)
def test_what_is_lawful_passes(check: Check, module: str, source: str):
    assert check(module, source) == []


@pytest.mark.parametrize("source", TEMPLATE_BREACHES)
def test_a_breach_in_a_template_is_noticed(source: str):
    assert map_.private_law_of_a_template("t.html", source)


@pytest.mark.parametrize("source", LAWFUL_TEMPLATES)
def test_a_lawful_template_passes(source: str):
    assert map_.private_law_of_a_template("t.html", source) == []


def test_a_cycle_is_noticed():
    ring = {"app.web.door": "from app.web import words", "app.web.words": "import app.web.door"}
    graph = {module: map_.imports(module, text, set(ring)) for module, text in ring.items()}
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", ["app.jobs.helpers", "app.invoices.models", "app.extra"])
def test_a_module_off_the_map_is_noticed(module: str):
    with pytest.raises(LookupError):
        map_.place(module)
