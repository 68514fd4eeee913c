"""A person's conditions in a session: exercises that are left out, and when to stop (docs/generator.md)."""
