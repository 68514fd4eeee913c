"""Every malformed value for every place of an operation's arguments, and whether its refusal names the place."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple  # values of any input type, and JSON of requests

import httpx
from graphql import get_named_type, is_leaf_type

from tests.api.documents import send
from tests.api.samples import Operation, Path, bad, leaves, put
from tests.conftest import Api, Person

MAX_CHARACTERS = 1_500_000
"""Characters of the values that are sent together: a body has at most two megabytes."""
MAX_LIST_CHARACTERS = 10_000
"""Characters from which a list is sent alone: the variables of a request have at most 20,000 values."""


class Attempt(NamedTuple):
    """A place in the variables, the bad value to be put there, and the path that its refusal must name."""

    place: Path
    value: Any
    named: Path

    @property
    def text(self) -> str:
        """The value as JSON."""
        return json.dumps(self.value)


def groups(operation: Operation) -> Iterator[list[Attempt]]:
    """The attempts that are sent together: at most one for each place.

    Those that are refused at the same time are together: what no JSON may contain, values of a wrong type, those for
    places that contain others (which have the same depth), and texts. Long lists are alone.
    """
    together: dict[tuple[str, int], list[list[Attempt]]] = defaultdict(list)
    for argument, type in operation.arguments.items():
        for place, leaf in leaves(type, (argument,)):
            attempts = [Attempt(place, value, named) for value, named in bad(leaf, place)]
            if operation.name in ("node", "nodes"):  # an id of nothing is null
                attempts = [each for each in attempts if not isinstance(each.value, str | int | list)]
            name = get_named_type(leaf).name if is_leaf_type(get_named_type(leaf)) else None
            of_place: dict[tuple[str, int], list[Attempt]] = defaultdict(list)
            for each in attempts:
                if isinstance(each.value, list) and len(each.text) > MAX_LIST_CHARACTERS:
                    yield [each]
                else:
                    of_place[_stage(each, name)].append(each)
            for stage, found in of_place.items():
                together[stage].append(found)
    for places in together.values():
        for group in zip_longest(*places):
            yield from _bounded(each for each in group if each is not None)


def _stage(attempt: Attempt, leaf: str | None) -> tuple[str, int]:
    """Where an attempt is refused; for a place that contains others (`leaf` is None), how deep that is."""
    if "\\ud800" in attempt.text:
        return "no JSON", 0
    if leaf is None:
        return "inner", len(attempt.place)
    value = attempt.value[0] if isinstance(attempt.value, list) and len(attempt.value) == 1 else attempt.value
    return "text" if leaf in ("ID", "String") and isinstance(value, str) else "type", 0


def _bounded(attempts: Iterable[Attempt]) -> Iterator[list[Attempt]]:
    """The attempts in lists of at most MAX_CHARACTERS."""
    group: list[Attempt] = []
    characters = 0
    for each in attempts:
        characters += len(each.text)
        if characters > MAX_CHARACTERS:
            yield group
            group, characters = [], len(each.text)
        group.append(each)
    yield group


async def wrongly_answered(
    api: Api, operation: Operation, person: Person, variables: dict[str, Any]
) -> AsyncIterator[str]:
    """Send every attempt among good values. Yields those that were not refused with their place named.

    Of a group those that the answer did not name are sent again: together as long as it names others, then each alone.
    """

    async def faults(attempts: list[Attempt]) -> list[tuple[Attempt, str]]:
        sent = variables
        for each in attempts:
            sent = put(sent, each.place, each.value)
        response = await send(api, {"query": operation.text, "variables": sent}, person=person)
        found = [(each, fault(response, each.named)) for each in attempts]
        return [(each, text) for each, text in found if text]

    for group in groups(operation):
        left, size = group, 0
        while len(left) > 1 and len(left) != size:
            size = len(left)
            left = [each for each, _ in await faults(left)]
        for attempt in left:
            for _, text in await faults([attempt]):
                yield f"{'.'.join(attempt.place)} = {attempt.text[:60]}: {text[:300]}"


def fault(response: httpx.Response, path: Path) -> str | None:
    """The fault of a refusal, or None: it must be a 4xx or userErrors, and name the field."""
    body = response.json()
    if response.status_code == 200 and not body.get("errors"):
        errors = [error for value in body["data"].values() for error in (value or {}).get("userErrors", ())]
        return None if any(error["field"] == list(path) for error in errors) else f"{errors or 'accepted'}"
    if not 400 <= response.status_code < 500:
        return f"{response.status_code} {body}"
    errors = [(error["message"], error["extensions"].get("field")) for error in body["errors"]]
    named = any(field == list(path) or (field is None and _names(text, path)) for text, field in errors)
    return None if named or "not JSON" in errors[0][0] else f"{response.status_code} {errors}"


def _names(text: str, path: Path) -> bool:
    return f"${path[0]}" in text and [name for name in path if not name.isdigit()][-1] in text
