"""Runs the migrations on the configured database; knows every model through the wiring."""

from alembic import context
from sqlalchemy import create_engine

from app import wiring  # noqa: F401  every feature's rows
from app.infra import once  # noqa: F401
from app.infra.db import Row

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
