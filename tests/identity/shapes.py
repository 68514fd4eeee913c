"""The cases of mutations whose arguments are deprecated, with all of them in `input`."""

from collections.abc import Mapping

from graphql import FieldNode, GraphQLSchema, Undefined, print_ast, value_from_ast_untyped

from tests.identity.documents import Case


def through_input(schema: GraphQLSchema, cases: Mapping[str, Case]) -> dict[str, Case]:
    """The cases that pass deprecated arguments, rewritten to pass `input`, by new names."""
    found = {}
    for name, case in cases.items():
        (selection,) = case.operation.selection_set.selections
        assert isinstance(selection, FieldNode) and schema.mutation_type
        arguments = selection.arguments or ()
        definition = schema.mutation_type.fields.get(selection.name.value)
        if definition and any(definition.args[each.name.value].deprecation_reason for each in arguments):
            sent = {each.name.value: value_from_ast_untyped(each.value, case.variables) for each in arguments}
            values = {argument: value for argument, value in sent.items() if value is not Undefined}
            assert selection.selection_set
            call = f"{selection.name.value}(input: $input) {print_ast(selection.selection_set)}"
            text = f"mutation ($input: {definition.args['input'].type}) {{ {call} }}"
            found[f"{name}, by input"] = Case(text, {"input": values})
    return found
