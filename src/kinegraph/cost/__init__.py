"""What requests cost, and the budgets of callers. It knows graphql-core, and nothing of the application.

The cost of an operation is a number that grows with the work of answering it: its objects (or a part of their fields'
values, where that is more), and STATEMENT_COST for each SQL statement. It is estimated before the execution from the
document alone (`compile`, `estimate`), because every list has a size (`sizes`): that of a page from its arguments, that
of any other list as its field declares it (`assumed_size`). The terms are those of IBM's GraphQL cost directives.

A caller's budget is a leaky bucket (`budgets`): each request fills it by its cost, and it drains at a constant rate. A
request that would make it run over is refused. Processes account by themselves, so that no request waits, and add up
what they know in Redis (`shared`).
"""
