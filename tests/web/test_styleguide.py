"""The component library draws sound pages: the client reads each page it fetches."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.web.fields import FileField, Form
from tests.client import CheckedClient
from tests.web.small import ROOT, small

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("address", ["/styleguide", "/styleguide/form", "/styleguide/refusal"])
@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant", "en"])
def test_every_component_draws_in_every_language(client: CheckedClient, address: str, locale: str) -> None:
    with client.session_transaction() as cookie:
        cookie["locale"] = locale
    page = client.get(address)
    assert page.status_code == 200
    assert f'<html lang="{locale.replace("_", "-")}">' in page.text


def test_a_form_sent_empty_comes_back_with_every_reason(client: CheckedClient) -> None:
    page = client.post("/styleguide/form", data={"lines": "kept"})
    assert page.status_code == 422
    assert 'role="alert"' in page.text and 'href="#line"' in page.text and "kept" in page.text


def test_an_uploaded_file_is_still_there_after_the_form_failed(client: CheckedClient) -> None:
    """The row of the file goes with the refused request; its content stays, and the next submit makes the row anew."""
    failed = client.post("/styleguide/form", data={"paper": (BytesIO(picture()), "licence.png")})
    assert failed.status_code == 422 and "licence.png" in failed.text and 'id="paper-error"' not in failed.text
    token = failed.text.split('name="paper-kept" value="')[1].split('"')[0]
    again = client.post("/styleguide/form", data={"paper-kept": token})
    assert again.status_code == 422 and "licence.png" in again.text


def test_a_file_of_a_kind_that_is_not_accepted_is_told_beside_its_field(client: CheckedClient) -> None:
    refused = client.post("/styleguide/form", data={"paper": (BytesIO(b"<svg></svg>"), "mark.svg")})
    assert refused.status_code == 422 and 'id="paper-error"' in refused.text
    assert "PDF、OFD、Word、Excel、JPEG、PNG、ZIP" in refused.text


def test_what_a_field_takes_is_told_in_the_same_words() -> None:
    class Papers(Form):
        paper = FileField("Paper", accept=".pdf,.docx,.jpg,.jpeg")

    sent = {"data": {"paper": (BytesIO(b"x"), "x.zip")}, "content_type": "multipart/form-data", "method": "POST"}
    with small("en").test_request_context("/", **sent):
        form = Papers(meta={"csrf": False})
        form.validate_on_submit()
        assert form.paper.errors == ["“x.zip”: This file cannot be accepted. Hand in PDF, Word, JPEG."]


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    return out.getvalue()


def test_every_component_is_shown() -> None:
    shown = (ROOT / "templates" / "styleguide" / "show.html").read_text(encoding="utf-8")
    components = {path.stem for path in Path(ROOT / "templates" / "components").glob("*.html")}
    drawn_by_layouts = {"hidden", "summary"}
    assert {name for name in components - drawn_by_layouts if f"components/{name}.html" not in shown} == set()


def test_no_page_carries_style_or_script_of_its_own() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert " style=" not in text and "<style" not in text and "<script>" not in text, path
        assert " onclick=" not in text and "javascript:" not in text, path
