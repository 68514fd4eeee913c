"""Reading objects of any type by their ids."""

from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any  # objects and keys of any type
from uuid import UUID

from kinegraph.kit.batches import NODES, TypedNode, is_narrowed
from kinegraph.kit.checks import parse_key
from kinegraph.kit.sessions import ReadSession

ObjectKey = tuple[str, Hashable]
"""The type of an object, and its key among the objects of the type."""


async def nodes(
    session: ReadSession, keys: Sequence[tuple[str, ...]], columns: tuple[tuple[str, frozenset[str] | None], ...]
) -> list[list[TypedNode | None]]:
    """The objects of each list of ids, in order; None for what does not exist, or the viewer may not see.

    `columns` has the columns that are read of each type's rows; None for all.
    """
    ids = dict.fromkeys(id for key in keys for id in key)
    keys_by_id = await _keys(session, list(ids))
    wanted: dict[str, dict[Hashable, Any]] = {}
    for type_name, key in keys_by_id.values():
        wanted.setdefault(type_name, {})[key] = None
    names = dict(columns)
    for type_name, objects in wanted.items():
        await _load(session, type_name, objects, names.get(type_name))
    return [[_found(keys_by_id.get(id), wanted) for id in key] for key in keys]


async def _keys(session: ReadSession, ids: Sequence[str]) -> dict[str, ObjectKey]:
    """The type and key of each id that has a form of the API, by at most one statement."""
    rows: dict[UUID, list[str]] = {}
    found: dict[str, ObjectKey] = {}
    for id in ids:
        key = parse_key(id)
        if key is not None:
            rows.setdefault(key, []).append(id)
            continue
        for type_name, source in NODES.items():
            composite = source.parse(id) if source.parse else None
            if composite is not None:
                found[id] = type_name, composite
    for row in await session.fetch(_statement(), list(rows)) if rows else ():
        found |= dict.fromkeys(rows[row.id], (row.type_name, row.id))
    return found


@cache
def _statement() -> str:
    """The statement that finds the types of ids among the rows of all tables."""
    return " UNION ALL ".join(
        f"SELECT '{type_name}' AS type_name, id FROM {table} WHERE id = ANY ($1::uuid[])"
        for type_name, source in NODES.items()
        for table in source.tables
    )


async def _load(
    session: ReadSession, type_name: str, objects: dict[Hashable, Any], names: frozenset[str] | None
) -> None:
    """Read the objects of one type, and put each at its key."""
    load, keys = NODES[type_name].load, list(objects)
    found = await (load(session, keys, names) if is_narrowed(load) else load(session, keys))
    objects.update(zip(keys, found, strict=True))


def _found(key: ObjectKey | None, objects: Mapping[str, Mapping[Hashable, Any]]) -> TypedNode | None:
    if key is None:
        return None
    value = objects[key[0]][key[1]]
    return None if value is None else TypedNode(key[0], value)
