"""What every room's `graph` is built with: the request's context, edges, extensions, mutations.

An *edge* is declared once, by its batch function (many keys in, answers in key order); the context pools
the keys that one level of a document asks for into one call. An *extension* adds fields to a type of a
lower room from an upper one, so that the GraphQL graph may have cycles while imports have none.

What a resolver returns is the record as it was read; GraphQL reads its fields by name (`read`), so that
no object is made for a row. A `strawberry.type` says what the fields mean, not how rows are held.
"""

import asyncio
import enum
import functools
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast, get_type_hints

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types.base import get_object_definition

from kinegraph.kit.database import Database, Enter, ReadSession, WriteSession
from kinegraph.kit.errors import Refusal, Refused, Unauthenticated
from kinegraph.kit.pages import Page, Window

Batch = Callable[..., Awaitable[Sequence[Any]]]
"""`async (session, keys, **arguments) -> answers in key order`: the only way to read related rows."""

Class = TypeVar("Class", bound=type)


class Context:
    """One request: its viewer, its one transaction, and the loads that its document pools.

    The session is opened by the first field that needs it; whoever made the context finishes it.
    """

    def __init__(self, database: Database, enter: Enter | None, *, writes: bool, fault: str = "") -> None:
        self._database = database
        self._enter = enter
        self._writes = writes
        self._fault = fault or "Sign in: send the header `Authorization: Bearer <token>`."
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._session: ReadSession | None = None
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    async def session(self) -> ReadSession:
        """The request's session. Raises Unauthenticated where nobody, or nobody known, is signed in."""
        if self._session is None:
            async with self._opening:
                self._session = self._session or await self._open()
        return self._session

    async def _open(self) -> ReadSession:
        if self._enter is None:
            raise Unauthenticated(self._fault)
        opener = self._database.write if self._writes else self._database.read
        try:
            return await self._stack.enter_async_context(opener(self._enter))
        except Unauthenticated as error:
            self._enter, self._fault = None, str(error)
            raise

    async def write_session(self) -> WriteSession:
        """The request's session, for a mutation."""
        session = await self.session()
        if not isinstance(session, WriteSession):
            raise TypeError("A query's session cannot write.")
        return session

    async def viewer(self) -> Any:
        """Who is asking."""
        return (await self.session()).viewer

    async def load(self, batch: Batch, key: Hashable, **arguments: Hashable) -> Any:
        """What `batch` answers for `key`, in one call for all keys of this level and these arguments."""
        name = (batch, tuple(arguments.items()))
        loader = self._loaders.get(name)
        if loader is None:
            loader = DataLoader(functools.partial(self._run, batch, arguments))
            self._loaders[name] = loader
        return await loader.load(key)

    async def page(self, pages: Batch, counts: Batch, key: Hashable, window: Window, **arguments: Hashable) -> Any:
        """One page of a list, which counts the whole list only when asked to."""
        found: Page = await self.load(pages, key, window=window, **arguments)
        return replace(found, total=lambda: self.load(counts, key, **arguments))

    async def _run(self, batch: Batch, arguments: Mapping[str, Any], keys: list[Any]) -> Sequence[Any]:
        return await batch(await self.session(), keys, **arguments)

    def forget(self) -> None:
        """Drop what was loaded: rows were written since."""
        self._loaders.clear()

    async def finish(self, *, keep: bool) -> None:
        """End the transaction: commit it (`keep`), or take everything back."""
        if isinstance(self._session, WriteSession):
            self._session.doomed = not keep
        await self._stack.aclose()


Info = strawberry.Info[Context, None]


def read(source: Any, name: str) -> Any:
    """The value of a field without a resolver: an attribute of a record, or a key of a stored document."""
    return source.get(name) if type(source) is dict else getattr(source, name)


@dataclass(frozen=True, slots=True)
class EdgeOf:
    """How an edge is loaded: by which batch function, from which value of the parent."""

    batch: Batch
    key: Callable[[Any], Any]


def field(description: str) -> Callable[[Callable[..., Any]], Any]:
    """A field that the decorated function resolves. (Strawberry's own decorator is not typed for this form.)"""

    def declare(function: Callable[..., Any]) -> Any:
        return strawberry.field(resolver=function, description=description)

    return declare


def edge(batch: Batch, key: str | Callable[[Any], Any], description: str) -> Any:
    """A field that leads to other rows through `batch`, from the parent's column `key` (or what it computes)."""
    of = EdgeOf(batch, key if callable(key) else functools.partial(_column, key))

    async def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        value = of.key(root)
        return None if value is None else await info.context.load(of.batch, value)

    return strawberry.field(resolver=resolve, description=description, metadata={"edge": of})


def _column(name: str, row: Any) -> Any:
    return getattr(row, name)


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


def described_enum(members: type[enum.Enum], description: str, **meanings: str) -> None:
    """Declare an enum of a room's rules as a GraphQL enum. Raises KeyError for a value without a meaning."""
    declared: Any = strawberry.enum(members, description=description)
    for value in declared.__strawberry_definition__.values:
        value.description = meanings[value.name]


class UserErrorCode(enum.StrEnum):
    """The codes of every refusal, in the spelling of the API."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    CONFLICT = "CONFLICT"
    OVERRIDE_TARGET_NOT_CANONICAL = "OVERRIDE_TARGET_NOT_CANONICAL"
    RESET_TARGET_NOT_CANONICAL = "RESET_TARGET_NOT_CANONICAL"
    EXERCISE_NOT_VISIBLE = "EXERCISE_NOT_VISIBLE"
    EXERCISE_NOT_AVAILABLE = "EXERCISE_NOT_AVAILABLE"
    EXERCISE_IN_USE = "EXERCISE_IN_USE"
    SNAPSHOT_IMMUTABLE = "SNAPSHOT_IMMUTABLE"
    PLAN_NOT_PUBLISHED = "PLAN_NOT_PUBLISHED"
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


described_enum(
    UserErrorCode,
    "Why something was refused; stable, for programs to branch on.",
    INVALID_INPUT="The input is not of the form or size it must have.",
    NOT_FOUND="There is no such thing, or none that the caller may see.",
    FORBIDDEN="The caller's role does not allow it.",
    CONFLICT="Something stored stands against it, such as a slug that is taken.",
    OVERRIDE_TARGET_NOT_CANONICAL="Only canonical exercises are overridden; edit the organization's own directly.",
    RESET_TARGET_NOT_CANONICAL="An organization's own exercise has no override to reset; delete it instead.",
    EXERCISE_NOT_VISIBLE="The exercise does not exist, or is another organization's.",
    EXERCISE_NOT_AVAILABLE="The exercise is archived, deleted or another's draft, and cannot be newly referred to.",
    EXERCISE_IN_USE="Something refers to the exercise, so it cannot go.",
    SNAPSHOT_IMMUTABLE="A snapshot workout cannot be deleted.",
    PLAN_NOT_PUBLISHED="The plan has no published version.",
    UPLOAD_NOT_FOUND="There is no such upload, or its file has not arrived.",
    SERVICE_UNAVAILABLE="A service that is needed does not answer; try again later.",
)


@strawberry.type(description="A refusal that the caller can act on, as data: nothing was stored.")
class UserError:
    code: UserErrorCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why and what to do, for people.")
    field: list[str] | None = strawberry.field(
        description='Path of the input at fault from the argument on, e.g. ["input", "sections", "0", "shape"].'
    )

    @classmethod
    def of(cls, refusal: Refusal) -> "UserError":
        """The refusal as the API says it."""
        return cls(code=UserErrorCode(refusal.code), message=refusal.message, field=list(refusal.path) or None)


def user_errors() -> Any:
    """The field `userErrors` of a payload."""
    return strawberry.field(default_factory=list, description="Why nothing was stored; empty where it was.")


def mutation(description: str) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
    """A mutation whose refusals come back as its payload's `userErrors`, what it wrote until then taken back."""

    def declare(function: Callable[..., Awaitable[Any]]) -> Any:
        @functools.wraps(function)
        async def resolve(*args: Any, **kwargs: Any) -> Any:
            context = cast(Info, kwargs["info"]).context
            session = await context.write_session()
            try:
                async with session.savepoint():
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
    return {name: _plain(v) for name, v in pairs if v is not strawberry.UNSET}


def _plain(value: Any) -> Any:
    """An input's value without GraphQL's wrappings."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return given(value) if hasattr(value, "__strawberry_definition__") else value


@strawberry.type(description="What a deletion did.")
class DeletePayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The id of what was deleted.")
    user_errors: list[UserError] = user_errors()
