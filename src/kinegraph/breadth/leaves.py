"""Building the dicts of an answer, by functions that are generated for each selection and shape of its objects.

A generated function reads each leaf value and tests it, by its class alone where that is enough; a value that fails the
test goes to the field's full conversion (`convert`), which converts as graphql-core does or raises Fallback. For

    { title scoring order sections { … } settings { color } }

of rows whose column 2 is the title, and so on, it is

    def build(objects, c0):
        out = []
        add = out.append
        i = 0
        for o in objects:
            v_0 = o[2]
            if v_0 is not None and not (v_0.__class__ is str): v_0 = full_v_0(v_0)
            v_1 = o[3]
            if v_1 is not None: v_1 = enum_v_1(v_1) or full_v_1(v_1)
            v_2 = o[4]
            if not (v_2.__class__ is int and -2147483648 <= v_2 <= 2147483647): v_2 = full_v_2(v_2)
            v_4 = o[5]
            if v_4 is None: pass
            elif v_4.__class__ is not dict: raise Fallback('not a document')
            else:
                v_4_0 = v_4.get('color')
                if v_4_0 is not None and not (v_4_0.__class__ is str): v_4_0 = full_v_4_0(v_4_0)
                v_4 = {'color': v_4_0}
            add({'title': v_0, 'scoring': v_1, 'order': v_2, 'sections': c0[i], 'settings': v_4})
            i += 1
        return out

`c0` is the finished column of `sections`: its value for each object. `kinegraph explain --plan` prints the code that is
generated for a document. The templates below make it; names in braces are replaced.
"""

from collections.abc import Callable, Sequence
from textwrap import indent
from typing import Any  # the globals of generated code: functions and classes of every kind

from graphql import GraphQLEnumType

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.aliases import Output, SourceObject
from kinegraph.breadth.convert import NULL, Fallback, enum_names
from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.sources import Keys, Prefixed, Source
from kinegraph.breadth.strategies import Call, Embedded, Read

FUNCTION = """\
def build(objects{parameters}):
    out = []
    add = out.append
    i = 0
    for o in objects:
{body}
    return out
"""

OBJECT = """\
{values}
add({dict})
"""
"""The values of an object, and its dict. `i += 1` follows where the dict has values of columns."""

CASE = """\
if {condition}:
{object}
    continue
"""
"""One of several ways to read an object (`Source.cases`); the last one stands alone."""

DOCUMENT = """\
{v} = {value}
if {v} is None: {if_null}
elif {v}.__class__ is not dict: raise Fallback('not a document')
else:
{values}
    {v} = {dict}
"""
"""A value that is a dict of its own (stored JSON)."""

# Conversions of a value in the variable {v}; each follows `{v} = {value}`, and calls full_{v} where its test fails.

ALWAYS = "{v} = full_{v}({v})"

READY = "if {not_null}not ({test}): {v} = full_{v}({v})"
"""`test` is true if the value is answered as it is. `not_null` is "{v} is not None and ", or empty if null fails."""

CONVERTED = "if {v}.__class__ is class_{v}: {v} = convert_{v}({v})\nel" + READY
"""For one class of values there is a conversion that cannot fail, such as str for UUIDs."""

ENUM = "{v} = enum_{v}({v}) or full_{v}({v})"
"""A dict lookup from the stored text to the member's name."""

NULLABLE_ENUM = "if {v} is not None: " + ENUM

TEXTS = "if {v}.__class__ is list: join({v})\nelse: {v} = full_{v}({v})"
"""A list of texts: str.join raises TypeError, which ends the run, unless all items are texts."""

READY_TESTS = {
    "String": "{v}.__class__ is str",
    "ID": "{v}.__class__ is str",
    "Boolean": "{v}.__class__ is bool",
    "Int": "{v}.__class__ is int and -2147483648 <= {v} <= 2147483647",
    "Float": "{v}.__class__ is float and {v} - {v} == 0.0",
}
"""For GraphQL's own scalars, the expression that is true if a value is answered as it is (`READY`)."""


def build(
    selection: Selection, adapter: Adapter, objects: Sequence[SourceObject], columns: Sequence[Sequence[Output]]
) -> list[Output]:
    """Build the dicts of a scope's objects; `columns` are the finished values of its column fields."""
    if not objects:
        return []
    sample = objects[0]
    if len(set(map(type, objects))) > 1:
        raise Fallback("objects of several classes")
    shape = adapter.shape(sample)
    function = selection.builders.get(shape)
    if function is None:
        function = selection.builders[shape] = _compile(selection, adapter, sample)
    return function(objects, *columns)


def _compile(selection: Selection, adapter: Adapter, sample: SourceObject) -> Callable[..., list[Output]]:
    text, names = generate(selection, adapter, adapter.source(sample))
    exec(compile(text, f"<{selection.type.name}>", "exec"), names)  # the text has names and numbers of the schema only
    function: Callable[..., list[Output]] = names.pop("build")  # or the function and its globals would form a cycle
    return function


def generate(selection: Selection, adapter: Adapter, source: Source) -> tuple[str, dict[str, Any]]:
    """Generate the function that builds the dicts of objects of this source. Returns its code and its globals."""
    code = _Code(adapter)
    body = [*source.prelude()]
    for condition, case in source.cases():
        values, made = code.dict_of(selection, "v", case)
        lines = _block(OBJECT, values=values, dict=made) + (["i += 1"] if selection.column_fields else [])
        body += _block(CASE, condition=condition, object=_indented(lines)) if condition else lines
    parameters = "".join(f", c{number}" for number in range(len(selection.column_fields)))
    return FUNCTION.format(parameters=parameters, body=_indented(body, 8)), code.names


class _Code:
    """Generates the code of one function. `names` are the globals that the code uses."""

    def __init__(self, adapter: Adapter) -> None:
        self.names: dict[str, Any] = {"join": "".join, "Fallback": Fallback, **adapter.ready_test_names}
        self._adapter = adapter

    def dict_of(self, selection: Selection, prefix: str, source: Source) -> tuple[list[str], str]:
        """The lines that compute the values of an object, and the expression of its dict."""
        lines: list[str] = []
        entries: list[str] = []
        columns = 0
        for number, field in enumerate(selection.fields):
            variable = f"{prefix}_{number}"
            if isinstance(field, str):
                entries.append(f"{field!r}: {selection.type.name!r}")
                continue
            if field in selection.column_fields:
                variable = f"c{columns}[i]"
                columns += 1
            else:
                lines += self._inline(field, variable, source)
            entries.append(f"{field.key!r}: {variable}")
        return lines, f"{{{', '.join(entries)}}}"

    def _inline(self, field: Field, variable: str, source: Source) -> list[str]:
        """The lines that compute an inline field: a leaf, an embedded object or a document."""
        if field.child is None:
            return self._leaf(field, variable, source)
        if isinstance(field.strategy, Embedded):
            lines, made = self.dict_of(field.child, variable, Prefixed(source, field.strategy.prefix))
            return [*lines, f"{variable} = {made}"]
        assert isinstance(field.strategy, Read)
        lines, made = self.dict_of(field.child, variable, Keys(variable))
        value = source.read(field.strategy.name)
        if_null = f"raise Fallback({NULL!r})" if field.shape.required else "pass"
        return _block(DOCUMENT, v=variable, value=value, if_null=if_null, values=_indented(lines), dict=made)

    def _leaf(self, field: Field, v: str, source: Source) -> list[str]:
        """The lines that read a leaf value and convert it."""
        strategy = field.strategy
        if isinstance(strategy, Call):
            self.names[f"call_{v}"] = strategy.function
            value = f"call_{v}({source.object})"
        else:
            assert isinstance(strategy, Read)
            value = source.read(strategy.name)
        self.names[f"full_{v}"] = field.convert
        return [f"{v} = {value}", *self._conversion(field, v)]

    def _conversion(self, field: Field, v: str) -> list[str]:
        leaf = field.leaf
        assert leaf is not None
        if field.shape.item is not None:
            is_texts = leaf.name == "String" and field.shape.item.required and field.shape.item.item is None
            return _block(TEXTS if is_texts else ALWAYS, v=v)
        if isinstance(leaf, GraphQLEnumType):
            self.names[f"enum_{v}"] = dict(enum_names(leaf)).get
            return _block(ENUM if field.shape.required else NULLABLE_ENUM, v=v)
        test = self._adapter.ready_tests.get(leaf.name) or READY_TESTS.get(leaf.name)
        if test is None:
            return _block(ALWAYS, v=v)
        not_null = "" if field.shape.required else f"{v} is not None and "
        template = READY
        for kind, convert in list(self._adapter.unchecked_conversions.get(leaf.name, {}).items())[:1]:
            self.names |= {f"class_{v}": kind, f"convert_{v}": convert}
            template = CONVERTED
        return _block(template, v=v, not_null=not_null, test=test.format(v=v))


def _block(template: str, **values: str | list[str]) -> list[str]:
    """The lines of a template, with values in place of the names in braces; a list is a value of several lines."""
    texts = {name: value if isinstance(value, str) else "\n".join(value) for name, value in values.items()}
    return [line for line in template.format(**texts).splitlines() if line]


def _indented(lines: Sequence[str], columns: int = 4) -> str:
    return indent("\n".join(lines), " " * columns)
