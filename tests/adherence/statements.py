"""Documents of adherence, for tests that count statements."""

EXERCISE = "exercise { id name video { url } }"
CHARTS = "chart { __typename } painChart { __typename }"  # their addresses are signed for the second
ADHERENCE_OF = f"adherence {{ rate byExercise {{ {EXERCISE} }} byWeek {{ rate }} {CHARTS} }}"
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
