"""Documents of adherence, for tests that count statements."""

EXERCISE = "exercise { id name video { url } }"
ADHERENCE_OF = f"adherence {{ rate byExercise {{ {EXERCISE} }} byWeek {{ rate }} chart {{ url }} painChart {{ url }} }}"
LISTED_EXERCISE = f"reasons {EXERCISE} substitute {{ name }}"
ENTRY = f"enrollment {{ id plan {{ title }} patient {{ name }} {ADHERENCE_OF} }} exercises {{ {LISTED_EXERCISE} }}"
LISTED = f"totalCount pageInfo {{ hasNextPage }} nodes {{ {ENTRY} }} edges {{ node {{ reasons }} }}"
ADHERENCE = {
    name: f"{{ viewer {{ memberships {{ organization {{ id {selection} }} }} }} }}"
    for name, selection in {
        "adherence": f"enrollments(first: 100) {{ nodes {{ {ADHERENCE_OF} }} }}",
        "worklists": f"worklist(first: 100) {{ {LISTED} }}",
        "analytics": f"exerciseAnalytics {{ patients {EXERCISE} }} enrollments {{ nodes {{ id }} }}",
    }.items()
}
