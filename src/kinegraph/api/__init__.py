"""The only room that sees every room: the root types, GraphQL over HTTP, documents, health."""
