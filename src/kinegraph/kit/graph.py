"""What every room's `graph` is built with: edges, extensions, mutations, inputs.

An *edge* is declared once, by its batch function (many keys in, answers in key order); the context pools
the keys that one level of a document asks for into one call. An *extension* adds fields to a type of a
lower room from an upper one, so that the GraphQL graph may have cycles while imports have none.

What a resolver returns is the record as it was read; GraphQL reads its fields by name (`read`), so that
no object is made for a row. A `strawberry.type` says what the fields mean, not how rows are held.
"""

import enum
import functools
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar, cast, get_type_hints

import strawberry
from strawberry.types.base import get_object_definition

from kinegraph.kit.context import Batch, Context, Info
from kinegraph.kit.errors import Refusal, Refused
from kinegraph.kit.user_errors import UserError

Class = TypeVar("Class", bound=type)

Entries: TypeAlias = Sequence[tuple[tuple[Hashable, ...], Hashable]]
"""Cache keys with their versions."""


def read(source: Any, name: str) -> Any:
    """The value of a field without a resolver: an attribute of a record, or a key of a stored document."""
    return source.get(name) if type(source) is dict else getattr(source, name)


@dataclass(frozen=True, slots=True)
class EdgeOf:
    """How an edge is loaded: by which batch function, from which value of the parent.

    Where the answer to a key serves several parents, `extract` takes from it what is this parent's.
    """

    batch: Batch
    key: Callable[[Any], Any]
    extract: Callable[[Any, Any], Any] | None = None
    columns: str | tuple[str, ...] | None = None
    """The column that the key is, where it is one; several make a tuple."""


@dataclass(frozen=True, slots=True)
class Caching:
    """How a field's answers are cached (`breadth.strategies.Cached` says more).

    `keys_and_versions` gives each answer's cache key and version, for the viewer and the edge's keys; None where
    nothing may be cached. `covers` names what of the selection below holds as long as they do: batch functions, and
    resolved fields as (type, field).
    """

    keys_and_versions: Callable[[Any, Sequence[Any]], Entries | None]
    covers: frozenset[Hashable] = frozenset()

    def entries(self, context: Context, keys: Sequence[Any]) -> Entries | None:
        """Each answer's cache key and version; None where nothing may be cached, or no session is open."""
        session = context.opened
        return None if session is None or session.viewer is None else self.keys_and_versions(session.viewer, keys)


def field(description: str, *columns: str, cached: Caching | None = None) -> Callable[[Callable[..., Any]], Any]:
    """A field that the decorated function resolves, which reads these columns of the object (none: not said).

    (Strawberry's own decorator is not typed for this form.)
    """

    def declare(function: Callable[..., Any]) -> Any:
        metadata: dict[str, Any] = {"cached": cached, "required_columns": frozenset(columns) or None}
        return strawberry.field(resolver=function, description=description, metadata=metadata)

    return declare


def edge(
    batch: Batch,
    key: str | tuple[str, ...] | Callable[[Any], Any],
    description: str,
    extract: Callable[[Any, Any], Any] | None = None,
    *,
    required_columns: Sequence[str] = (),
    cached: Caching | None = None,
    joined: Mapping[Batch, Callable[..., Awaitable[Any]]] | None = None,
) -> Any:
    """A field that leads to other rows through `batch`, from the parent's column `key`, or the tuple of several.

    A function as `key` computes it; `required_columns` are the columns that it and `extract` read (none: not said).
    `joined`: for an edge that leads on, by its batch function, a function that asks both in one statement: from the
    session, the keys and the columns of both to the answers here, and a dict of the answers below by their keys.
    """
    columns = None if callable(key) else key
    of = EdgeOf(batch, key if callable(key) else attrgetter(*_names(key)), extract, columns)

    async def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        value = of.key(root)
        answer = None if value is None else await info.context.load(of.batch, value)
        return answer if of.extract is None else of.extract(root, answer)

    required = frozenset((*_names(columns or ()), *required_columns)) or None
    metadata = {"edge": of, "required_columns": required, "cached": cached, "joined": joined}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


def embedded(prefix: str, resolver: Callable[..., Any], description: str) -> Any:
    """A field whose object's values were read with the row, in columns of this prefix; `resolver` makes it of them."""
    return strawberry.field(resolver=resolver, description=description, metadata={"embedded": prefix})


def _names(columns: str | tuple[str, ...]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else columns


def extends(target: type) -> Callable[[Class], Class]:
    """Add the fields of the decorated class to `target`, a type of a lower room.

    Raises TypeError where the type has a field of that name already.
    """

    def extend(cls: Class) -> Class:
        definition = get_object_definition(target, strict=True)
        taken = {field.python_name for field in definition.fields}
        added = get_object_definition(strawberry.type(cls), strict=True).fields
        for field in added:
            if field.python_name in taken:
                raise TypeError(f"{definition.name} has a field {field.python_name} already.")
        definition.fields.extend(added)
        return cls

    return extend


def mutation(description: str) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """A mutation whose refusals come back as its payload's `userErrors`, what it wrote until then taken back."""

    def declare(function: Callable[..., Awaitable[Any]]) -> Any:
        @functools.wraps(function)
        async def resolve(*args: Any, **kwargs: Any) -> Any:
            context = cast(Info, kwargs["info"]).context
            try:
                async with context.mutation():
                    return await function(*args, **kwargs)
            except Refusal as refusal:
                refusals: Sequence[Refusal] = [refusal]
            except Refused as refused:
                refusals = refused.refusals
            finally:
                context.forget()
            payload = get_type_hints(function)["return"]
            return payload(user_errors=[UserError.of(refusal) for refusal in refusals])

        return strawberry.mutation(resolver=resolve, description=description)

    return declare


def given(value: Any) -> dict[str, Any]:
    """The keys of an input that the caller sent, by their Python names; enum members as their values."""
    pairs = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
    return {name: _unwrapped(v) for name, v in pairs if v is not strawberry.UNSET}


def _unwrapped(value: Any) -> Any:
    """An input's value without GraphQL's wrappings."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list):
        return [_unwrapped(entry) for entry in value]
    return given(value) if hasattr(value, "__strawberry_definition__") else value
