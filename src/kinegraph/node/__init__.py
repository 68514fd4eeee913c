"""Any object by its id (Relay's Node), so that a client refetches one without knowing how the API reads its type.

Each room declares for its types how they are found (`kit.graph.node`). An id of a table's row is looked for in all
tables by one statement, under row-level security; then each type that was found is read by its room's own batch
function, which knows the rules beyond row-level security. So the number of statements depends on the types that are
found, never on the number of ids.
"""
