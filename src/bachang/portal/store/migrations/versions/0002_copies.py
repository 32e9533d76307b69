"""Of what a pack is a copy."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.add_column("pack", sa.Column("copy_of", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Bring them back to the one before."""
    with op.batch_alter_table("pack", schema=None) as batch_op:
        batch_op.drop_column("copy_of")
