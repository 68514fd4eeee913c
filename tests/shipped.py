"""The shipped library, and the exported schema, read once for all tests of a process."""

from functools import cache
from typing import Any  # entries are JSON

from graphql import GraphQLSchema, build_schema

from kinegraph.api.schema import sdl
from kinegraph.canonical.rules import entries_of
from kinegraph.canonical.rules_files import shipped_files

Entry = dict[str, Any]


@cache
def entries() -> list[Entry]:
    """The validated entries of the shipped library. Change none of them."""
    return [entry for name, content in shipped_files() for entry in entries_of(name, content)]


@cache
def exported_schema() -> GraphQLSchema:
    """The schema that is made of the exported text."""
    return build_schema(sdl())
