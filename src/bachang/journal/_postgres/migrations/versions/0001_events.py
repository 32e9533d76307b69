"""Events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "event",
        sa.Column("sandbox", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("wall_time_s", sa.Double(), nullable=False),
        sa.Column("sandbox_time_s", sa.Double(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sandbox", "sequence", "epoch", name="event_key"),
    )
    op.create_index("event_kind_index", "event", ["sandbox", "kind", "sequence"])


def downgrade() -> None:
    """Bring them back to the one before."""
    op.drop_table("event")
