"""The operations: their GraphQL documents, and HTTP requests for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any  # values of variables

import orjson

EXERCISE = """id slug name description athleteNotes category kind movementPattern difficulty primaryMuscles
  secondaryMuscles equipment cues commonFaults scalingOptions videoUrl thumbnailUrl customizedFields"""

DOCUMENTS: Mapping[str, str] = {
    "tree": f"""query tree($id: ID!) {{ workout(id: $id) {{
  id organization {{ id }} title description scoring mode timeCap isSnapshot createdAt updatedAt author {{ id name }}
  sections {{
    id type title description sortOrder shape config {{ rounds capSeconds intervalSeconds }}
    movements {{
      id sortOrder prescription {{ sets repsMin repsMax load {{ value unit }} restSeconds tempo }}
      notes label supersetGroup
      exercise {{ {EXERCISE} }}
      comments {{ id body author {{ id name }} }}
    }}
  }}
}} }}""",
    "list": """query list($id: ID!, $first: Int!) { organization(id: $id) { workouts(first: $first) { nodes {
  id title sections { id title sortOrder movements { id sortOrder exercise { id name videoUrl } } }
} } } }""",
    "library": f"""query library($id: ID!) {{ organization(id: $id) {{ exerciseLibrary(first: 100) {{ nodes {{
  {EXERCISE}
}} }} }} }}""",
    "movement": """mutation movement($id: ID!, $input: UpdateMovementInput!) {
  updateMovement(id: $id, input: $input) { movement { id notes } userErrors { code message } }
}""",
    "override": """mutation override($organizationId: ID!, $exerciseId: ID!, $overrides: ExerciseOverrideInput!) {
  upsertExerciseOverride(organizationId: $organizationId, exerciseId: $exerciseId, overrides: $overrides) {
    exercise { id cues } userErrors { code message }
  }
}""",
}
"""By name, which is also the name of the operation in the document; the floor selects its statement by it."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as bytes, the same for every server."""

    operation: str
    message: bytes

    @property
    def writes(self) -> bool:
        """True if it changes data."""
        return self.operation in ("movement", "override", "telemetry")


def body(operation: str, variables: Mapping[str, Any]) -> bytes:
    """The JSON body of a request."""
    return orjson.dumps({"query": DOCUMENTS[operation], "operationName": operation, "variables": variables})


def request(operation: str, variables: Mapping[str, Any], token: str) -> Request:
    """A request for an operation, with a bearer token."""
    content = body(operation, variables)
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return Request(operation, head.encode() + content)
