"""Personal records, an exercise's history, training load, and loads in percent of a maximum resolved for an athlete.

All of it is derived from the recorded sets when it is asked for; nothing is stored but the steps by which an athlete's
or an organization's equipment can be loaded (docs/domain.md, Personal records).
"""
