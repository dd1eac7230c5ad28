"""The shipped data as the loaders read it."""

from app.infra.shipped import rows, standards


def test_a_table_comes_as_rows_by_column():
    first = rows("districts.csv")[0]
    assert first == {"code": "110000", "name": "北京市", "level": "region", "parent": "", "code_source": "GB/T 2260"}


def test_there_is_one_standard_for_each_item():
    assert standards().keys() == {row["code"] for row in rows("items.csv")}
    assert len(standards()) == 44
