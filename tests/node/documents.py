"""A document that reads the id of an object of every type, and the ids in its answer."""

from typing import Any  # JSON of the API

ID = "__typename id"
TERM = f"{ID} children {{ {ID} }}"
STORED = f"{ID} videoCandidates {{ {ID} }}"
EFFECTIVE = f"{ID} overrides {{ {ID} }} exercise {{ {STORED} }} instructions {{ {ID} }} contraindications {{ {ID} }}"
COMMENT = f"{ID} attachments {{ {ID} }}"
MOVEMENT = f"{ID} exercise {{ {EFFECTIVE} }} comments {{ {COMMENT} replies {{ {COMMENT} }} }}"
SESSIONS = f"sessions {{ {ID} exercises {{ {ID} }} }}"
EVERYTHING = f"""query ($id: ID!) {{
  viewer {{ {ID} user {{ {ID} }} memberships {{ {ID} }} }}
  taxonomy {{ {ID} }}
  organization(id: $id) {{
    {ID}
    members {{ nodes {{ {ID} user {{ {ID} }} }} }}
    taxonomy {{ {ID} categories {{ {TERM} }} bodyRegions {{ {ID} }} equipment {{ {ID} }} }}
    programs {{ {ID} }}
    assignments {{ nodes {{ {ID} result {{ {ID} sets {{ {ID} }} }} }} }}
    enrollments {{ nodes {{ {ID} logs {{ nodes {{ {ID} }} }} }} }}
    exerciseLibrary(source: ORG) {{ nodes {{ {EFFECTIVE} }} }}
    treatmentPlans {{ nodes {{ {ID} {SESSIONS} versions {{ {ID} {SESSIONS} }} }} }}
    patients {{ nodes {{ {ID} consents {{ nodes {{ {ID} }} }} }} }}
    enrollments {{ nodes {{ {ID} moves {{ nodes {{ {ID} }} }} }} }}
    workouts {{ nodes {{ {ID} sections {{ {ID} movements {{ {MOVEMENT} }} }} }} }}
  }}
}}"""


def ids_by_type(answer: Any) -> dict[str, list[str]]:
    """The ids of an answer's objects, each once, by type."""
    found: dict[str, dict[str, None]] = {}
    pending = [answer]
    for each in pending:  # grows by the values inside
        if isinstance(each, dict):
            pending += each.values()
            if "id" in each and "__typename" in each:
                found.setdefault(each["__typename"], {})[each["id"]] = None
        elif isinstance(each, list):
            pending += each
    return {type_name: list(ids) for type_name, ids in found.items()}
