"""Documents of treatment plans, for tests that count statements."""

ROW = "id isDiscontinued contentChanged session { id } exercise { name }"
SESSIONS = f"sessions {{ title plan {{ id }} version {{ number }} exercises {{ {ROW} }} }}"
WORKING = f"title {SESSIONS}"
VERSION = f"versions {{ number plan {{ title }} publishedBy {{ name email }} {SESSIONS} }}"
CHANGES = "changeCount fromVersion { number } toVersion { number } changes { kind exercise { name } }"
PLAN = f"""title author {{ name email }} organization {{ name }} copiedFrom {{ title }} hasUnpublishedChanges
  currentVersion {{ number }} diff(from: 1, to: 1) {{ {CHANGES} }}"""
HANDOUTS = """title versions { handout(language: RU) { pdfUrl } }
  enrollments(first: 100) { nodes { handout(week: 1) { language htmlUrl } } }"""
LIST = "treatmentPlans(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes { %s } edges { node { id } } }"
PARTS = {"plans": PLAN, "working copies": WORKING, "versions": VERSION, "handouts": HANDOUTS}
PLANS = {
    name: f"{{ viewer {{ memberships {{ organization {{ {LIST % selection} }} }} }} }}"
    for name, selection in PARTS.items()
}
