"""Breadth-first execution of GraphQL queries: a relation is resolved once per level, not once per object.

graphql-core walks an answer depth-first and completes every value of every object by itself. Here an operation is
compiled once (`plan`), and run level by level (`run`). Two nouns carry it: a *scope* is all objects of one type at
one place of the document, a *field* is one selection over that whole scope. What a field leads to is asked for
once: an edge by one call of its batch function for all keys of the level, a plain field by a loop. The objects
found form the scopes of the next level. When the last level has none, the answer is built from the bottom up: each
scope turns into a list of dicts by one function that was generated for its fields (`leaves`).

What an operation must be like is decided when it is compiled (`Unplannable` says why one is not taken on). What
values must be like is checked where they are written down; any surprise (a null in a non-null place, a value that
its type does not take, an exception) ends the run. graphql-core then executes the operation from the start, a query in
the same snapshot of the data, a mutation after what it wrote was taken back; and is thereby the one place where errors
get their paths and nulls spread. So the two never disagree on an error, and an answer without one pays nothing for the
possibility.

    strategies  how a field gets its value: read, called, loaded, embedded, or resolved one by one
    sources     how values are read off objects
    adapter     what the executor must be told of a schema (`strawberry_adapter` tells it of Strawberry's)
    convert     leaf values, converted and checked as graphql-core would
    selections  fields, and the selections of them at one place
    plan        from an operation to selections, by graphql-core's own collection of fields
    leaves      generated functions that turn a scope's objects into dicts, checking every value
    budget      how much one answer may hold
    loads       the keys that batch functions are asked, and their answers
    reading     values and keys, read off a scope's objects
    columns     the values of a field for a scope, and the objects among them
    fragments   cached fields: finished JSON with gaps
    scopes      all objects of one type at one place, and where each stands in the answer
    abstract    the objects of an interface or a union by their types
    tasks       resolvers at once, none of which outlives the execution; turns for others
    run         the levels
    executor    the door: an Executor of graphql-core that runs plans, falls back, and counts why

Nothing here imports anything but graphql-core, and, in `strawberry_adapter` alone, Strawberry.
"""
