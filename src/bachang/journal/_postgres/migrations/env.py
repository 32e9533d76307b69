"""Alembic's entry: migrations of the journal's table, apart from those of people."""

from alembic import context

from bachang.journal._postgres._tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table="journal_version",
)
with context.begin_transaction():
    context.run_migrations()
