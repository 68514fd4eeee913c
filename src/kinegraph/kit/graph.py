"""The declarations of every room's `graph`: fields, edges, extensions, mutations, inputs.

An *edge* is a field that is loaded by a batch function (many keys in, answers in key order), by one call for all
objects of one level of a document. An *extension* adds fields to a type of a lower room from an upper one, so that the
GraphQL graph may have cycles while the imports have none.

A resolver returns the row as it was read, and GraphQL reads its fields by name (`read`), so that no object is made for
a row. A `strawberry.type` declares the fields, not the class of the objects.
"""

import enum
import functools
import inspect
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, TypeAlias, TypeVar, cast, get_args, get_type_hints  # objects are read by field name

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import capitalize_first, to_camel_case

from kinegraph.kit.batches import NODES, NodeSource, TypedNode
from kinegraph.kit.context import Batch, Context, Info, Prepare
from kinegraph.kit.errors import InvalidInput, Refusal, Refused
from kinegraph.kit.user_errors import UserError

Class = TypeVar("Class", bound=type)

Entries: TypeAlias = Sequence[tuple[tuple[Hashable, ...], Hashable]]
"""Cache keys with their versions."""


def read(source: Any, name: str) -> Any:
    """The value of a field without a resolver: an attribute of a record, or a key of a stored document."""
    return source.get(name) if type(source) is dict else getattr(source, name)


@dataclass(frozen=True, slots=True)
class EdgeOf:
    """How an edge is loaded: its batch function, and the function that takes the key from the parent.

    Where one answer serves several parents, `extract` takes the parent's own value from it.
    """

    batch: Batch
    key: Callable[[Any], Any]
    extract: Callable[[Any, Any], Any] | None = None
    columns: str | tuple[str, ...] | None = None
    """The parent's column that is the key, or the columns that make the tuple; None where a function computes it."""


@dataclass(frozen=True, slots=True)
class Caching:
    """How a field's answers are cached (`breadth.strategies.Cached` says more).

    `keys_and_versions` returns for the viewer and the edge's keys each answer's cache key and version; None where
    nothing may be cached. `covers` names what else the version is valid for: batch functions of edges below, and
    resolved fields below as (type, field).
    """

    keys_and_versions: Callable[[Any, Sequence[Any]], Entries | None]
    covers: frozenset[Hashable] = frozenset()

    def entries(self, context: Context, keys: Sequence[Any]) -> Entries | None:
        """Each answer's cache key and version; None where nothing may be cached, or no session is open."""
        session = context.opened
        return None if session is None or session.viewer is None else self.keys_and_versions(session.viewer, keys)


def field(
    description: str,
    *columns: str,
    cached: Caching | None = None,
    assumed_size: int | None = None,
    prepare: Prepare | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """Declare a field that the decorated function resolves.

    `columns` are the columns that it reads of the object; without any, the object is selected with all columns.
    `assumed_size` is as in `edge`. `prepare`, of a field of the root, is called before the transaction begins.
    """

    def declare(function: Callable[..., Any]) -> Any:
        metadata: dict[str, Any] = {"cached": cached, "required_columns": frozenset(columns) or None}
        metadata |= {"prepare": prepare, "assumed_size": assumed_size}
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
    assumed_size: int | None = None,
    name: str | None = None,
    is_remembered: bool = False,
) -> Any:
    """Declare a field that is loaded by a batch function.

    `key` is the parent's column that is the batch function's key, the columns that make a tuple, or a function that
    computes it. `required_columns` are those that this function and `extract` (`EdgeOf`) read of the parent beside;
    with a function and without any, the parent is selected with all columns. `joined` has, by batch function of an edge
    below, a function that answers both edges by one statement: it takes the session, the keys here and the columns of
    both, and returns the answers here, and a dict of the answers below by their keys. `assumed_size`, of a list
    of objects that no argument gives a size, is its usual length, for costs. `is_remembered`: see `ancestor`.
    """
    of = EdgeOf(batch, key if callable(key) else attrgetter(*_names(key)), extract, None if callable(key) else key)

    async def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        if is_remembered:
            info.context.remember_parent(info, root)
        value = of.key(root)
        answer = None if value is None else await info.context.load(of.batch, value)
        return answer if of.extract is None else of.extract(root, answer)

    required = frozenset((*_names(of.columns or ()), *required_columns)) or None
    metadata: dict[str, Any] = {"edge": of, "required_columns": required, "cached": cached}
    metadata |= {"joined": joined, "assumed_size": assumed_size}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata, name=name)


def embedded(prefix: str, resolver: Callable[..., Any], description: str) -> Any:
    """Declare a field whose object's values are columns of the row, with this prefix; `resolver` makes the object."""
    return strawberry.field(resolver=resolver, description=description, metadata={"embedded": prefix})


def _names(columns: str | tuple[str, ...]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else columns


@strawberry.interface(description="What has an id by which `node` and `nodes` find it again (Relay's Node).")
class Node:
    id: strawberry.ID = strawberry.field(description="Its id, unique among the objects of all types.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """True for every object: only `node` and `nodes` return the interface, and they name the type."""
        return True

    @classmethod
    def resolve_type(cls, value: TypedNode, info: Any, abstract: Any) -> str:
        """The name of the object's type."""
        return value.type_name


def node(load: Batch, *tables: str, parse: Callable[[str], Hashable | None] | None = None) -> Callable[[Class], Class]:
    """Declare how `node` finds the objects of the decorated type (NodeSource)."""

    def declare(cls: Class) -> Class:
        NODES[get_object_definition(cls, strict=True).name] = NodeSource(load, tables, parse)
        return cls

    return declare


def extends(target: type) -> Callable[[Class], Class]:
    """Add the fields of the decorated class to `target`, a type of a lower room.

    Raises TypeError where the type has a field of that name already.
    """

    def extend(cls: Class) -> Class:
        definition = get_object_definition(target, strict=True)
        taken = {field.graphql_name or to_camel_case(field.python_name) for field in definition.fields}
        added = get_object_definition(strawberry.type(cls), strict=True).fields
        for name in (field.graphql_name or to_camel_case(field.python_name) for field in added):
            if name in taken:
                raise TypeError(f"{definition.name} has a field {name} already.")
        definition.fields.extend(added)
        return cls

    return extend


def mutation(description: str) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """Declare a mutation. One that is refused is rolled back, and its payload has the refusals as `userErrors`."""

    def declare(function: Callable[..., Awaitable[Any]]) -> Any:
        @functools.wraps(function)
        async def resolve(*args: Any, **kwargs: Any) -> Any:
            context = cast(Info, kwargs["info"]).context
            try:
                async with context.mutation():
                    return await function(*args, **kwargs)
            except (Refusal, Refused) as error:
                refusals = error.refusals
            finally:
                context.clear_loaders()
            shown = {name: value for refusal in refusals for name, value in refusal.payload.items()}
            payload = get_type_hints(function)["return"]
            return payload(**shown, user_errors=[UserError.of(refusal) for refusal in refusals])

        return strawberry.mutation(resolver=resolve, description=description)

    return declare


def takes_input(description: str) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
    """Give a mutation one argument `input` that holds the values of its parameters; to be put below `@mutation`.

    The input's type is derived from the parameters and described by `description`. As arguments of their own they stay
    valid, all nullable and deprecated. The paths of refusals lead into what was sent: `("input", "status")`, or
    `("status",)` where it was an argument.
    """

    def declare(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        signature = inspect.signature(function)
        values = {name: each for name, each in signature.parameters.items() if name not in ("self", "info")}
        required = [name for name, each in values.items() if each.default is inspect.Parameter.empty]

        @functools.wraps(function)
        async def resolve(self: Any, info: Info, input: Any = None, **arguments: Any) -> Any:
            _require_one_shape(input, arguments, required)
            if input is None:
                return await function(self, info=info, **arguments)
            try:
                payload = await function(self, info=info, **{name: getattr(input, name) for name in values})
            except (Refusal, Refused) as error:
                raise Refused([*map(in_input, error.refusals)]) from None
            for each in payload.user_errors:
                each.field = each.field and ["input", *each.field]
            return payload

        type_: Any = _input_type(function.__name__, values, description)
        sent: Any = Annotated[type_ | None, strawberry.argument(description)]
        own = [each for name, each in signature.parameters.items() if name not in values]
        added = inspect.Parameter("input", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=sent)
        parameters = [*own, added, *map(deprecated, values.values())]
        resolve.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # inspect reads it
        return resolve

    return declare


def in_input(refusal: Refusal) -> Refusal:
    """The refusal with its path in the argument `input`."""
    refusal.path = refusal.path and ("input", *refusal.path)
    return refusal


def _require_one_shape(input: Any, arguments: Mapping[str, Any], required: Sequence[str]) -> None:
    """Raise Refused unless either `input` was sent, or the deprecated arguments with all that are required, if any."""
    sent = [name for name, value in arguments.items() if value is not None]
    if input is not None:
        faults = dict.fromkeys(sent, "Send it in `input`, which was sent too, and leave it out here.")
    elif sent or not required:
        missing = (name for name in required if name not in sent)
        faults = dict.fromkeys(missing, "Must not be absent or null; better send everything in `input`.")
    else:
        faults = {"input": "Must not be absent or null: it holds all that the mutation takes."}
    if faults:
        raise Refused([InvalidInput(message, to_camel_case(name)) for name, message in faults.items()])


def _input_type(name: str, values: Mapping[str, inspect.Parameter], description: str) -> type:
    """The input type of a mutation of this name, with a field for each of its parameters."""
    members: dict[str, Any] = {"__annotations__": {}}
    for parameter in values.values():
        type_, about = _annotated(parameter)
        default = {} if parameter.default is inspect.Parameter.empty else {"default": parameter.default}
        members["__annotations__"][parameter.name] = type_
        members[parameter.name] = strawberry.field(description=about, **default)
    type_name = capitalize_first(to_camel_case(name)) + "Input"
    return strawberry.input(type(type_name, (), members), description=description)


def deprecated(parameter: inspect.Parameter) -> inspect.Parameter:
    """The parameter as a nullable, deprecated argument: GraphQL lets no required one be deprecated."""
    type_, about = _annotated(parameter)
    argument = strawberry.argument(about, deprecation_reason=f"Send `input.{to_camel_case(parameter.name)}`.")
    return parameter.replace(annotation=Annotated[type_ | None, argument], default=None)


def _annotated(parameter: inspect.Parameter) -> tuple[Any, str | None]:
    """The type and the description of a parameter that is annotated with strawberry.argument."""
    type_, argument = get_args(parameter.annotation)
    return type_, cast(StrawberryArgumentAnnotation, argument).description


def given(value: Any) -> dict[str, Any]:
    """The values of an input that the caller sent, by Python name; enum members as their values."""
    pairs = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
    return {name: _unwrapped(v) for name, v in pairs if v is not strawberry.UNSET}


def _unwrapped(value: Any) -> Any:
    """An input's value without enum members and input objects."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list):
        return [_unwrapped(entry) for entry in value]
    return given(value) if hasattr(value, "__strawberry_definition__") else value
