"""Handing a file out: always as a download, never shown inside a page."""

from io import BytesIO

from flask import Response, abort, send_file

from app.entries.eligibility import ENDINGS, Attachment
from app.infra.files import File, path_of


def download(file: File | None) -> Response:
    """The file under its own name and media type; 404 when there is none."""
    path = path_of(file.sha256) if file else None
    if file is None or path is None or not path.exists():
        abort(404)
    return send_file(path.absolute(), mimetype=file.media, as_attachment=True, download_name=file.name)


def attachment_as(found: Attachment, name: str) -> Response:
    """A file of a proposal under a name that tells nothing."""
    called = f"{name}.{ENDINGS[found.media]}"
    return send_file(BytesIO(found.content), mimetype=found.media, as_attachment=True, download_name=called)


def attached(text: str, name: str) -> Response:
    """Public data made for the occasion, as a file of that name."""
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
