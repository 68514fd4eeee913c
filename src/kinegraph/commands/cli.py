"""The command line: a table of the commands, and one line for each failure.

Most of a short command's time would be imports: those of the API's schema alone take a second. So a command's module is
imported when the command is run, and only that one; the help lists all commands without importing any.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pkgutil import resolve_name

from kinegraph import __version__
from kinegraph.commands.arguments import Command

COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("up:configure", "Start everything on this machine: PostgreSQL, Redis, the worker, the API, the demo."),
    "serve": ("serve:configure", "Start the API alone."),
    "worker": ("worker:configure", "Start the worker that runs the jobs."),
    "migrate": ("migrate:configure", "Bring the database to this version's schema."),
    "seed": ("seed:configure", "Store the canonical library, and bring rows whose entries have changed up to date."),
    "import": ("exchange:configure_import", "Import exercises from a file, after saying what that changes."),
    "export": ("exchange:configure_export", "Write exercises as JSON Lines, for `import --format kinegraph-json`."),
    "token": ("tokens:configure_token", "Print a bearer token for a user."),
    "revoke": ("tokens:configure_revoke", "Refuse all tokens that a user has now; later ones are accepted."),
    "organization": ("organization:configure", "Change what the members of an organization see."),
    "privacy": ("privacy:configure", "Export or erase one person's data, and verify the audit trail."),
    "documents": ("documents:configure", "Import, list, remove and check persisted documents."),
    "schema": ("schema:configure", "Print the GraphQL schema."),
    "explain": ("explain:configure", "Print how a GraphQL document is executed; no database is needed."),
    "doctor": ("doctor:configure", "Say what is configured, reachable and migrated, and what is wrong."),
}
"""By a command's name: the function of this package that adds its arguments and the function that runs it, and its
help."""

FAILURES = frozenset(
    (
        "kinegraph.outside.errors.ServiceError",
        "kinegraph.kit.database.Unreachable",
        "kinegraph.canonical.rules.LibraryError",
        "kinegraph.formats.records.FileError",
        "kinegraph.exchange.rules.ExchangeError",
    )
)
"""The classes of failures whose message is for the user, by name: a class that was raised has been imported already."""
SETTINGS_FAILURE = "kinegraph.settings.SettingsError"
"""The class of a failure with a line for each wrong setting."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, or 1 (wrong arguments: 2) with a line for each reason on stderr."""
    options = _parser(sys.argv[1:] if arguments is None else arguments).parse_args(arguments)
    command: Command = options.command
    try:
        code = command(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of our output has closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python would flush once more, and fail
    except KeyboardInterrupt:
        print("kinegraph: stopped.", file=sys.stderr)
    except Exception as error:
        classes = {f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__}
        if not classes & {*FAILURES, SETTINGS_FAILURE}:
            raise
        for line in str(error).splitlines() if SETTINGS_FAILURE in classes else [error]:
            print(f"kinegraph: {line}", file=sys.stderr)
    return 1


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command line, with the arguments of the command that is named in it."""
    parser = argparse.ArgumentParser(
        prog="kinegraph",
        description="The GraphQL API for exercise libraries, workouts and treatment plans.",
        epilog="Settings are read from KINEGRAPH_* in the environment; docs/operations.md lists them.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    named = next((each for each in arguments if not each.startswith("-")), None)
    for name, (configure, text) in COMMANDS.items():
        added = commands.add_parser(name, help=text, description=text)
        if name == named:
            resolve_name(f"{__package__}.{configure}")(added)
    return parser


if __name__ == "__main__":
    sys.exit(main())
