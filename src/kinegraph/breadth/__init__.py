"""Breadth-first execution of GraphQL queries: a relation is resolved once per level, not once per object.

graphql-core executes depth-first and completes every value of every object by itself. Here an operation is compiled to
a plan once, and executed level by level. There are two central concepts: a *scope* is all objects of one type at one
position in the document, a *field* is one field of the document, resolved for a whole scope at once. An edge makes one
call of its batch function for all keys of the level; a plain field is a loop. The objects found become the scopes of
the next level. After the last level the answer is built from the leaves up: a generated function turns each scope into
a list of dicts.

The plan decides whether an operation can be executed this way; `Unplannable` has the reason if it cannot. Values are
checked while dicts are built. Any value that does not conform to its type, and any exception, ends the execution: then
graphql-core executes the operation from the start, after the application has ended what was begun
(`BreadthFirst.fall_back`). Not executed again are an answer beyond the budget, the exceptions of `BreadthFirst.final`,
and those that `fall_back` raises. So only graphql-core produces errors, their paths, and the propagation of nulls; the
two executors cannot disagree about an error, and an answer without errors costs nothing for them.

From the schema to a plan
    strategies           how a field gets its value: read, called, loaded, embedded, or resolved for each object
    sources              how generated code reads the values of objects
    adapter              the functions that the executor needs for a schema
    strawberry_adapter   the strategies of a Strawberry schema, and the conversion of arguments
    convert              conversion and check of leaf values, as graphql-core does it
    selections           the fields that are selected of one type at one position
    requested_columns    which columns a field selects
    plan                 compiles an operation, with graphql-core's own collection of fields

From a plan to an answer
    run                  the levels
    loads                keys of a scope's objects, requested of batch functions, and the answers
    columns              the values of a field for a scope, and the objects in them
    scopes               all objects of one type at one position, and the type of each object of an abstract field
    fragments            cached fields: finished JSON with gaps
    leaves               generated functions that build the dicts and check every value
    budget               limits on the size of an answer
    tasks                concurrent resolvers, none of which outlives the execution; yielding to other requests

Around both
    executor             the entry point: an Executor of graphql-core that runs plans, falls back, and counts why
    core                 graphql-core's own execution, with budget and yielding
    aliases              type aliases for values whose types only the application knows

Nothing here imports anything but graphql-core and zstandard, and, in `strawberry_adapter` only, Strawberry.
"""
