"""Makes the next revision in migrations/versions, to be filled with SQL: `make migration NAME=add_something`."""

import re
import sys

from kinegraph.commands import migrate


def main(name: str) -> int:
    """Make the revision. Returns the exit code."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        print("Name the migration in lower case, as in: make migration NAME=add_tempo_to_movements", file=sys.stderr)
        return 2
    migrate.new_revision(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
