"""Makes the next revision in migrations/versions, to be filled with SQL: `make migration NAME=add_something`."""

import re
import sys

from alembic import command
from alembic.config import Config

from kinegraph import migrate


def main(name: str) -> int:
    """Make the revision. Returns the exit code."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        print("Name the migration in lower case, as in: make migration NAME=add_tempo_to_movements", file=sys.stderr)
        return 2
    config = Config()
    config.set_main_option("script_location", str(migrate.scripts()))
    command.revision(config, message=name, rev_id=f"{int(migrate.head()) + 1:04d}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
