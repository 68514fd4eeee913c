"""${message.replace("_", " ").capitalize()}."""

from alembic import op

revision = "${up_revision}"
down_revision = "${down_revision}"


def upgrade() -> None:
    ${upgrades if upgrades else 'op.execute("""""")'}


def downgrade() -> None:
    ${downgrades if downgrades else 'op.execute("""""")'}
