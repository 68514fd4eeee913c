"""Pain responses: what a painful log proposes, and what a clinician makes of it (docs/domain.md, Pain response).

A log whose pain is amber or red, by the thresholds of the organization, opens a proposal to regress its exercise, or
changes the open one. A clinician accepts or declines; nothing changes by itself. Accepting makes a substitution: from
the patient's next day on they do another exercise, or less of the same, in place of the plan's. Versions of the plan
stay as they are, and logs and adherence count for the plan's exercise.
"""
