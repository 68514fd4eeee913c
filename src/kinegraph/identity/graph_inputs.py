"""Ids and versions that mutations took beside their input, moved into it."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any  # the values of arguments, by name

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput, Refusal, Refused
from kinegraph.kit.graph import deprecated, in_input


def takes_row(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Let a mutation's `input` name the row and the version that it is for; to be put below `@mutation`.

    Each parameter beside `input` is a field of the input, from where the function gets it. As arguments they stay
    valid, nullable and deprecated; one that differs from the field is refused. The paths of refusals lead to where the
    value was sent. An id that was sent nowhere is refused in the input.
    """
    signature = inspect.signature(function)
    beside = {name: each for name, each in signature.parameters.items() if name not in ("self", "info", "input")}

    @functools.wraps(function)
    async def resolve(self: Any, info: Info, input: Any, **arguments: Any) -> Any:
        inside = {name: value for name in beside if (value := getattr(input, name)) not in (None, UNSET)}
        outside = {name: value for name, value in arguments.items() if value is not None}
        _refuse_differences(inside, outside)
        for name in beside:
            setattr(input, name, UNSET)
        absent = {name: "" if each.default is inspect.Parameter.empty else None for name, each in beside.items()}
        moved = {to_camel_case(name) for name in beside if name in inside or name not in outside}
        missing = {to_camel_case(name) for name in beside if absent[name] == "" and name not in {*inside, *outside}}
        try:
            return await function(self, info=info, input=input, **{**absent, **outside, **inside})
        except (Refusal, Refused) as error:
            paths = (each for each in error.refusals if each.path[:1] and each.path[0] in moved)
            for refusal in paths:
                if refusal.path[0] in missing:
                    refusal.message = "Must be given: the id of what is changed."
                in_input(refusal)
            raise

    own = [each for name, each in signature.parameters.items() if name not in beside]
    resolve.__signature__ = signature.replace(  # type: ignore[attr-defined]  # inspect reads it
        parameters=[*own, *map(deprecated, beside.values())]
    )
    return resolve


def _refuse_differences(inside: Mapping[str, Any], outside: Mapping[str, Any]) -> None:
    """Raise Refused where a value was sent in the input and another one beside it."""
    names = [to_camel_case(name) for name, value in outside.items() if inside.get(name, value) != value]
    if names:
        raise Refused(
            [
                InvalidInput(f"Differs from `input.{name}`: send it there, and leave it out here.", name)
                for name in names
            ]
        )
