"""Tools for agents: trusted documents with a description, offered at /mcp by the Model Context Protocol.

A tool is a trusted document with one operation that has a description (GraphQL specification, September 2025, 2.3):
the tool's name is the operation's, its input schema is derived from the variables, its result is the data as JSON.
`shipped` has the product's own tools; an imported document of the same name replaces one of them.

- `front` admits requests: their origin, method, token, size and form. Each needs a valid token of a user.
- `server` speaks the protocol, by the official SDK, which is imported nowhere else, and only where tools are on. It has
  no sessions, so that any process answers any request.
- `catalog` has the tools, for TRUSTED_SECONDS, as other documents: so long a removed one is still offered.
- `calls` executes a tool as POST /graphql does, by the same endpoint: so the same limits and policies hold.

All tools are listed to every user; a call shows and changes what the user may see and change.
"""
