"""The review of a line of an outside blacklist, as a regulator reads it."""

import pytest
from sqlalchemy import select

from app.blacklists import operations
from app.blacklists.models import BlacklistLine
from app.infra.db import session
from tests import make
from tests.credit.matters import listed
from tests.pages import english

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("here", "warned"), [("示例咨询公司（示例）", True), ("示例名称（示例）", False), ("示例名称 (示例)", False)]
)
def test_a_line_that_names_somebody_else_than_the_agency_with_its_code_says_so_with_both_names(as_user, here, warned):
    agency, regulator = make.agency(here), make.regulator()
    operations.import_list(make.act(regulator), text=listed(agency.unit.code))
    line = session.scalars(select(BlacklistLine)).one()
    make.keep()
    office = english(as_user(make.user_of(regulator)))
    for page in ("", "/confirm", "/dismiss"):
        text = office.get(f"/blacklists/{line.id}{page}").text
        assert ("The names differ" in text) == warned
        told = f"The list names “示例名称（示例）”; the agency with this code here is “{here}”." in text
        assert told == warned
