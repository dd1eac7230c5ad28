import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.catalogue.models import Item, Sector
from app.infra.db import run
from app.infra.seen import Rows, all_of
from app.jobs.models import Job

SECTOR = aliased(Sector)
ROWS = Rows(item=all_of(Item), sector=(SECTOR.id, SECTOR.name))
FIRST = select(*ROWS.columns).outerjoin(SECTOR, (SECTOR.code == Item.sector_code) & (Item.id != 2)).order_by(Item.id)


def test_rows_read_side_by_side_are_told_apart_by_name(app):
    first, second = (ROWS.see(values) for values in run(FIRST.limit(2)).all())
    assert (first["item"].id, second["item"].id) == (1, 2)
    assert isinstance(first["item"].levels, list)
    assert first["sector"].name
    assert second["sector"] is None


def test_what_is_read_only_when_asked_for_is_left_out(app):
    names = {column.key for column in all_of(Job)}
    assert "number" in names
    assert not {"wrapped_secret", "wrapped_seal"} & names


def test_what_was_not_asked_for_is_not_there(app):
    sector = ROWS.see(run(FIRST).first())["sector"]
    with pytest.raises(AttributeError):
        _ = sector.english
