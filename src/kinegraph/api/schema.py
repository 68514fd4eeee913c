"""The schema: the root types, made of the rooms' fields, and the scalars."""

import datetime
import re
from functools import cache
from typing import Any  # Strawberry's hooks are typed so

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema, is_required_input_field
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

from kinegraph.api.rooms import classes_of
from kinegraph.kit.errors import codes
from kinegraph.kit.graph import read
from kinegraph.kit.user_errors import set_codes


def _root_type(name: str, description: str) -> type:
    """A root type with the fields that the rooms' classes of this name declare."""
    return strawberry.type(type(name, classes_of("graph", name), {}), description=description)


Query = _root_type("Query", "What can be read. Everything but introspection needs a bearer token.")
Mutation = _root_type(
    "Mutation",
    "What can be written. A request's mutations run in their order in one transaction; a refused one answers "
    "userErrors and stores nothing, an unexpected error takes the whole request back.",
)

Subscription = _root_type(
    "Subscription",
    "What clients are told as it happens, over WebSocket (graphql-transport-ws) or server-sent events (graphql-sse). "
    "Each event shows what the caller may see at that moment, and has a cursor to go on from.",
)


def _moment(value: datetime.datetime) -> str:
    if value.tzinfo is datetime.UTC:
        return value.isoformat()[:-6] + "Z"
    return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def _day(value: object) -> datetime.date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f'Must be a day of the calendar as text, such as "2026-03-01"; this is {value!r:.40}.')


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}(:?\d{2})?)?", re.ASCII)


def _parsed_moment(value: object) -> datetime.datetime:
    """The moment that a text in the form of RFC 3339 names, or of ISO 8601 with fewer digits.

    Its date in UTC is of the calendar too: 9999-12-31T23:59:59-14:00 is refused.
    """
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            moment = datetime.datetime.fromisoformat(value.upper())
            return moment if moment.tzinfo is None else moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f'Must be a date and time as text, such as "2026-03-01T09:30:00Z"; this is {value!r:.40}.')


DATE = strawberry.scalar(
    name="Date",
    description="ISO 8601 calendar date, e.g. 2026-03-01.",
    specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
    serialize=datetime.date.isoformat,
    parse_value=_day,
)

DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="ISO 8601 date and time with offset; always UTC in responses, e.g. 2026-03-01T09:30:00Z.",
    specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
    serialize=_moment,
    parse_value=_parsed_moment,
)


class Prepared(SchemaExtension):
    """Hands the document, which was parsed and validated before the context was made, to Strawberry."""

    def on_parse(self) -> Any:
        """Parsing was done."""
        self.execution_context.graphql_document = self.execution_context.context.document.node
        yield

    def on_validate(self) -> Any:
        """Validation was done."""
        self.execution_context.pre_execution_errors = []
        yield


class Names(NameConverter):
    """Strawberry's names, cached: Strawberry converts those of an input's fields for every object that is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.apply_naming_config = cache(super().apply_naming_config)  # type: ignore[method-assign]  # the same, cached


class Schema(strawberry.Schema):
    """Strawberry's schema, which leaves the logging of errors to whoever answers them."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """Refusals are no news; what is unexpected is logged, with an id, where it is masked."""


UNUSED_CODES = {
    "EXERCISE_IN_USE": "Something refers to the exercise, so it cannot go.",
}
"""Codes that clients were promised, and that no refusal has yet."""

set_codes(dict(sorted({**UNUSED_CODES, **codes()}.items())))

schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(
        name_converter=Names(), default_resolver=read, scalar_map={datetime.datetime: DATE_TIME, datetime.date: DATE}
    ),
    extensions=[Prepared],
)


def _required_first(schema: GraphQLSchema) -> None:
    """Puts the fields that an input requires before those that may be left out, also where it inherits others."""
    for type in schema.type_map.values():
        if isinstance(type, GraphQLInputObjectType):
            type.fields = dict(sorted(type.fields.items(), key=lambda field: not is_required_input_field(field[1])))


_required_first(schema._schema)
schema._schema.description = (  # Strawberry has no argument for it
    "A library of exercises that organizations adapt, workouts made of them, and their assignment to athletes. "
    "Lists are connections with cursors; expected refusals of a mutation are its payload's userErrors."
)


def sdl() -> str:
    """The schema in GraphQL's schema definition language."""
    roots = "  query: Query\n  mutation: Mutation\n  subscription: Subscription\n"
    root = f'"""{schema._schema.description}"""\nschema {{\n{roots}}}\n\n'
    return root + schema.as_str() + "\n"
