"""What an author of the library's entries checks while writing (CONTRIBUTING.md, Content)."""
