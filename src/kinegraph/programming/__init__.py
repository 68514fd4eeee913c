"""What may be done in a session, and how much of it (docs/generator.md): requests, eligible exercises, prescriptions.

The rules are pure: `generator` assembles a session of what they permit.
"""
