"""Runs the migrations on the configured database; knows every model through the wiring."""

from alembic import context
from sqlalchemy import create_engine

from app import wiring  # noqa: F401  every feature's rows
from app.infra import once  # noqa: F401
from app.infra.db import Moment, Row


def render(kind: str, thing: object, context: object) -> str | bool:
    """Write an instant as the plain column it is, so that a migration needs nothing of the application."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
