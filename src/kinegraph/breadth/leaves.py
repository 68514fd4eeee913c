"""Writing answers down: for each selection and class of object, one generated function makes the dicts.

A generated function reads each value, tests it by its class alone where the class is enough, and hands everything
else to a slower function, which converts as graphql-core does and raises Fallback for what it would refuse:

    def build(objects, c0):
        out = []
        add = out.append
        i = 0
        for o in objects:
            v0 = o[2]
            if v0.__class__ is not str: v0 = f0(v0)
            add({'title': v0, 'sections': c0[i]})
            i += 1
        return out
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLEnumType

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.convert import Fallback, texts
from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.sources import Keys, Source
from kinegraph.breadth.strategies import Call, Embedded, Read


def build(
    selection: Selection, adapter: Adapter, objects: Sequence[Any], columns: Sequence[Sequence[Any]]
) -> list[Any]:
    """The answer's dicts for a scope's objects, whose columns were worked out."""
    if not objects:
        return []
    sample = objects[0]
    if len(set(map(type, objects))) > 1:
        raise Fallback("objects of several classes")
    shape = adapter.shape(sample)
    function = selection.builders.get(shape)
    if function is None:
        function = selection.builders[shape] = _generate(selection, adapter, sample)
    return function(objects, *columns)


def _generate(selection: Selection, adapter: Adapter, sample: Any) -> Callable[..., list[Any]]:
    names: dict[str, Any] = {"join": "".join, "Fallback": Fallback, **adapter.names}
    source = adapter.source(sample)
    count = len(selection.columns)
    parameters = "".join(f", c{number}" for number in range(count))
    body = [*source.prelude()]
    for condition, case in source.cases():
        lines, made = _dict(selection, "v", case, adapter, names)
        lines += [f"add({made})", *(["i += 1"] if count else [])]
        body += [f"if {condition}:", *(f"    {line}" for line in lines), "    continue"] if condition else lines
    text = "\n".join(
        (
            f"def build(objects{parameters}):",
            "    out = []",
            "    add = out.append",
            "    i = 0",
            "    for o in objects:",
            *(f"        {line}" for line in body),
            "    return out",
        )
    )
    exec(compile(text, f"<{selection.type.name}>", "exec"), names)  # the text holds names and numbers of ours alone
    function: Callable[..., list[Any]] = names.pop("build")  # else it and its globals would hold each other
    return function


def _dict(
    selection: Selection, prefix: str, source: Source, adapter: Adapter, names: dict[str, Any]
) -> tuple[list[str], str]:
    """The lines that work the values of an object out, and the expression of its dict."""
    lines, entries, place = [], [], 0
    for number, field in enumerate(selection.fields):
        variable = f"{prefix}_{number}"
        if isinstance(field, str):
            entries.append(f"{field!r}: {selection.type.name!r}")
            continue
        if field in selection.columns:
            variable = f"c{place}[i]"
            place += 1
        elif field.child is None:
            lines += _leaf(field, variable, source, adapter, names)
        elif isinstance(field.strategy, Embedded):
            below, made = _dict(field.child, variable, _Prefixed(source, field.strategy.prefix), adapter, names)
            lines += [*below, f"{variable} = {made}"]
        else:
            lines += _inner(field, field.child, variable, source, adapter, names)
        entries.append(f"{field.key!r}: {variable}")
    return lines, f"{{{', '.join(entries)}}}"


def _inner(
    field: Field, child: Selection, variable: str, source: Source, adapter: Adapter, names: dict[str, Any]
) -> list[str]:
    """The lines that turn a value that is an object of its own, a stored document, into its dict."""
    assert isinstance(field.strategy, Read)
    below, made = _dict(child, variable, Keys(variable), adapter, names)
    below.append(f"{variable} = {made}")
    absent = "raise Fallback('null in a non-null place')" if field.shape.required else "pass"
    return [
        f"{variable} = {source.read(field.strategy.name)}",
        f"if {variable} is None: {absent}",
        f"elif {variable}.__class__ is not dict: raise Fallback('an object that is no document')",
        "else:",
        *(f"    {line}" for line in below),
    ]


@dataclass(frozen=True)
class _Prefixed(Source):
    """The values of an embedded object, which stand in the one above under a prefix."""

    above: Source
    prefix: str

    def read(self, name: str) -> str:
        """The value above."""
        return self.above.read(self.prefix + name)

    def getter(self, name: str) -> Callable[[Any], Any]:
        """The value above."""
        return self.above.getter(self.prefix + name)


def _leaf(field: Field, name: str, source: Source, adapter: Adapter, names: dict[str, Any]) -> list[str]:
    """The lines that put a field's value, converted, in a variable."""
    strategy = field.strategy
    if isinstance(strategy, Call):
        names[f"call_{name}"] = strategy.function
        value = f"call_{name}({source.object})"
    else:
        assert isinstance(strategy, Read)
        value = source.read(strategy.name)
    names[f"full_{name}"] = field.convert
    return [f"{name} = {value}", *_conversion(field, name, adapter, names)]


def _conversion(field: Field, name: str, adapter: Adapter, names: dict[str, Any]) -> list[str]:
    """The lines that convert a value in place: a test that it is fine as it is, and a call where it is not."""
    leaf = field.leaf
    assert leaf is not None
    full = f"{name} = full_{name}({name})"
    if field.shape.item is not None:
        is_texts = leaf.name == "String" and field.shape.item.required and field.shape.item.item is None
        # join raises TypeError for anything but texts, which ends the run.
        return [f"if {name}.__class__ is list: join({name})", f"else: {full}"] if is_texts else [full]
    null = "" if field.shape.required else f"{name} is not None and "
    if isinstance(leaf, GraphQLEnumType):
        names[f"quick_{name}"] = dict(texts(leaf)).get
        given = "" if field.shape.required else f"if {name} is not None: "
        return [f"{given}{name} = quick_{name}({name}) or full_{name}({name})"]
    ready = adapter.ready.get(leaf.name) or READY.get(leaf.name)
    if ready is None:
        return [full]
    lines = [f"if {null}not ({ready.format(v=name)}): {full}"]
    for kind, convert in list(adapter.plain.get(leaf.name, {}).items())[:1]:
        names |= {f"kind_{name}": kind, f"plain_{name}": convert}
        lines = [f"if {name}.__class__ is kind_{name}: {name} = plain_{name}({name})", f"el{lines[0]}"]
    return lines


READY = {
    "String": "{v}.__class__ is str",
    "ID": "{v}.__class__ is str",
    "Boolean": "{v}.__class__ is bool",
    "Int": "{v}.__class__ is int and -2147483648 <= {v} <= 2147483647",
    "Float": "{v}.__class__ is float and {v} - {v} == 0.0",
}
"""For GraphQL's own scalars, when a value can be answered as it is."""
