"""A refusal tells its words with their places filled, its field, and its status."""

import pytest

from app.kernel.errors import Invalid, NotAllowed, Refusal, WrongState


def test_a_refusal_tells_its_words_with_the_places_filled():
    refusal = Refusal("It is now “%(state)s”.", field="days", state="shut")
    assert str(refusal) == "It is now “shut”."
    assert (refusal.text, refusal.field, refusal.places) == ("It is now “%(state)s”.", "days", {"state": "shut"})
    assert refusal.args == ("It is now “%(state)s”.",)


def test_words_without_places_stay_as_they_are():
    refusal = Refusal("Give 5 % at most.")
    assert (str(refusal), refusal.field) == ("Give 5 % at most.", None)


@pytest.mark.parametrize(("kind", "status"), [(Refusal, 409), (NotAllowed, 403), (WrongState, 409), (Invalid, 422)])
def test_each_refusal_has_its_status(kind, status):
    assert kind("No.").status == status
    assert isinstance(kind("No."), Refusal)
