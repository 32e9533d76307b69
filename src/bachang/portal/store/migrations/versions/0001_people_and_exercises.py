"""People and exercises."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("provider_subject", sa.Text(), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("account_key")),
        sa.UniqueConstraint("name", name=op.f("account_name_unique")),
        sa.UniqueConstraint("provider_subject", name=op.f("account_provider_subject_unique")),
    )
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("audit_key")),
    )
    op.create_table(
        "reply",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account", "key", name=op.f("reply_key")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("reply_at_index"), ["at"], unique=False)

    op.create_table(
        "exercise",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=True),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("exercise_owner_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("exercise_key")),
    )
    with op.batch_alter_table("exercise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("exercise_created_at_index"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("exercise_owner_index"), ["owner"], unique=False)

    op.create_table(
        "pack",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("uploaded_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("pack_owner_reference")),
        sa.PrimaryKeyConstraint("name", name=op.f("pack_key")),
    )
    op.create_table(
        "people_group",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner"], ["account.id"], name=op.f("people_group_owner_reference")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("people_group_key")),
    )
    with op.batch_alter_table("people_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("people_group_owner_index"), ["owner"], unique=False)

    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("session_account_reference"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("session_key")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("session_account_index"), ["account"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("invitation_created_by_reference")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["people_group.id"],
            name=op.f("invitation_group_id_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("invitation_key")),
        sa.UniqueConstraint("token_hash", name=op.f("invitation_token_hash_unique")),
    )
    op.create_table(
        "membership",
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
            name=op.f("membership_account_reference"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["people_group.id"],
            name=op.f("membership_group_id_reference"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "account", name=op.f("membership_key")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("exercise", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("learner", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Text(), nullable=True),
        sa.Column("playing", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=True),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("run_account_reference")),
        sa.ForeignKeyConstraint(["exercise"], ["exercise.id"], name=op.f("run_exercise_reference")),
        sa.PrimaryKeyConstraint("id", name=op.f("run_key")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("run_account_index"), ["account"], unique=False)
        batch_op.create_index("run_exercise_index", ["exercise", "place"], unique=False)
        batch_op.create_index(batch_op.f("run_state_index"), ["state"], unique=False)


def downgrade() -> None:
    """Bring them back to the one before."""
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("run_state_index"))
        batch_op.drop_index("run_exercise_index")
        batch_op.drop_index(batch_op.f("run_account_index"))

    op.drop_table("run")
    op.drop_table("membership")
    op.drop_table("invitation")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("session_account_index"))

    op.drop_table("session")
    with op.batch_alter_table("people_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("people_group_owner_index"))

    op.drop_table("people_group")
    op.drop_table("pack")
    with op.batch_alter_table("exercise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("exercise_owner_index"))
        batch_op.drop_index(batch_op.f("exercise_created_at_index"))

    op.drop_table("exercise")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("reply_at_index"))

    op.drop_table("reply")
    op.drop_table("audit")
    op.drop_table("account")
