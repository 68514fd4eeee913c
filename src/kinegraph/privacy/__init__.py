"""One person's data: exported as files, and erased (docs/domain.md, Privacy).

`rules.PERSONAL` names each column of the database that holds the id of a user, with what is done there: rows of the
person are exported and deleted; where the person stands in somebody else's row, as its author for example, the
reference is replaced by nobody or by an erased user. A test compares it with the database, so that no table is
forgotten. Everything is done by the owner of the tables, in one transaction.
"""
