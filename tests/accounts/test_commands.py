"""The command that begins a market: the operator and its first administrator."""

import pytest

from app.accounts.models import by_name, members_of, unit_with_code
from app.infra.secrets import fits
from app.kernel.act import Kind, Role
from app.kernel.credit_code import make_code
from tests import make

CODE = make_code("11450800", "MA5TEKT0")
GIVEN = {
    "name": "示例运行机构（示例）", "code": CODE, "district": "450800", "contact-name": "示例",
    "contact-phone": "0775-0000000",
    "person": "韦示例", "username": "Wei", "password": make.PASSWORD,
}  # fmt: skip


@pytest.fixture
def run(app):
    def run(**changes):
        given = GIVEN | {name.replace("_", "-"): text for name, text in changes.items()}
        return app.test_cli_runner().invoke(
            args=["operator", *(part for name, text in given.items() for part in (f"--{name}", text))]
        )

    return run


def test_a_new_market_gets_its_operator(run):
    assert run().output == "示例运行机构（示例） is the operator. Its administrator signs in as Wei.\n"
    unit = unit_with_code(CODE)
    assert (unit.kind, unit.district_code, unit.sector) == (Kind.OPERATOR, "450800", None)
    assert [(one.role, one.user.name) for one in members_of(unit.id)] == [(Role.ADMINISTRATOR, "韦示例")]
    assert fits(by_name("wei").password_hash, make.PASSWORD)


def test_the_password_is_asked_for_and_not_shown(app):
    args = [part for name, text in GIVEN.items() if name != "password" for part in (f"--{name}", text)]
    done = app.test_cli_runner().invoke(args=["operator", *args], input=f"{make.PASSWORD}\n{make.PASSWORD}\n")
    assert done.exit_code == 0
    assert make.PASSWORD not in done.output
    assert fits(by_name("wei").password_hash, make.PASSWORD)


def test_there_is_one_operator_to_begin_with(run):
    run()
    again = run(code=make_code("11450800", "MA5TEKT1"), username="huang")
    assert again.exit_code == 1
    assert "there is an operator already" in again.output
    assert by_name("huang") is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"code": CODE[:-1] + "0"}, "last character"),
        ({"district": "nowhere"}, "Choose a district"),
        ({"password": "password12"}, "easy to guess"),
        ({"username": "w"}, "3 to 40 letters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(run, changes, says):
    done = run(**changes)
    assert done.exit_code == 1
    assert says in done.output
    assert unit_with_code(CODE) is None
