"""The documentation site (`make docs`): pages made from the schema and the sources beside those in docs/."""
