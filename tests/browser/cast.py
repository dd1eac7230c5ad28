"""Who takes part in the story of a job: an owner, agencies, the operator, the sector's regulator, and a visitor."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.jobs.models import Job
from app.kernel.act import Kind
from tests import make
from tests.browser.market import Market, Person
from tests.staging import NOW

NAMES = ("示例水保咨询公司（示例）", "示例江南水土规划公司（示例）", "示例西江环境设计公司（示例）")
BEFORE = NOW - timedelta(days=7)


@dataclass
class Cast:
    """Everybody at their window, with the number of the agency's row at hers."""

    owner: Person
    operator: Person
    regulator: Person
    visitor: Person
    agencies: dict[int, Person]

    def selected(self, job: Job) -> Person:
        """The agency that a job was awarded to."""
        return self.agencies[job.agency_id or 0]


def gather(market: Market, album: Path, *, agencies: int = 3, width: int = 1280, scripts: bool = True) -> Cast:
    """An owner who has never posted, and agencies that were admitted a week ago and list the service."""
    window = {"width": width, "scripts": scripts, "album": album}
    operator = make.unit(Kind.OPERATOR, "示例中介超市运行中心（示例）")
    offices = [make.unit(name="示例产业园开发公司（示例）"), operator, make.regulator()]
    serving = [make.agency(name, now=BEFORE) for name in NAMES[:agencies]]
    make.keep()
    owner, operators, regulator = (market.person(make.user_of(unit), **window) for unit in offices)
    windows = {agency.id: market.person(make.user_of(agency), **window) for agency in serving}
    return Cast(owner, operators, regulator, market.person(**window), windows)
