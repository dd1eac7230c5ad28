"""The least that a server can do to keep what it was sent: one row in one transaction, and no framework."""

import os
from collections.abc import Callable, Iterable
from threading import local
from typing import Any

import psycopg

import config

TABLE = "CREATE TABLE IF NOT EXISTS bare (id serial PRIMARY KEY, sent text NOT NULL)"
INSERT = "INSERT INTO bare (sent) VALUES (%s) RETURNING id"

_held = local()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    with connection().transaction():
        number = connection().execute(INSERT, [sent.decode()]).fetchone()
    start_response("303 SEE OTHER", [("Location", f"/entries/{number}"), ("Content-Length", "0")])
    return []


def connection() -> "psycopg.Connection[Any]":
    """One for each thread, as long as it lives."""
    held: psycopg.Connection[Any] | None = getattr(_held, "connection", None)
    if held is None:
        address = config.load(os.environ)["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
        held = _held.connection = psycopg.connect(address, autocommit=True)
    return held
