"""The command `kinegraph schema`: prints the GraphQL schema."""

import argparse
import sys

from kinegraph.api.schema import sdl


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command, which has no arguments."""
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Print the schema."""
    sys.stdout.write(sdl())
    return 0
