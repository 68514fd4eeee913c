"""GraphQL documents about patients, and functions that send them."""

from typing import Any, TypeAlias  # inputs and answers are JSON

from tests.conftest import Api, Organization, Person

Json: TypeAlias = dict[str, Any]

FIELDS = """{
  id timeZone language consentLevel hasBiometricConsent hasConditionsConsent conditions updatedAt
  user { id } organization { id }
}"""
PATIENT = f"""query ($organization: ID!, $user: ID!) {{
  organization(id: $organization) {{ patient(userId: $user) {FIELDS} }}
}}"""
PATIENTS = """query ($organization: ID!, $first: Int, $after: String) {
  organization(id: $organization) {
    patients(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id user { id } } }
  }
}"""
CONSENTS = """query ($organization: ID!, $user: ID!) {
  organization(id: $organization) { patient(userId: $user) {
    consents { totalCount nodes { id kind level isOnBehalf recordedBy { id } } }
  } }
}"""
ANSWER = f"""{{
  patient {FIELDS} conflict {{ updatedAt updatedBy {{ id }} }} userErrors {{ code message field }}
}}"""
UPDATE = f"mutation ($input: UpdatePatientInput!) {{ updatePatient(input: $input) {ANSWER} }}"
CONSENT = f"mutation ($input: RecordConsentInput!) {{ recordConsent(input: $input) {ANSWER} }}"
CONDITIONS = f"mutation ($input: SetPatientConditionsInput!) {{ setPatientConditions(input: $input) {ANSWER} }}"


async def patient(api: Api, person: Person, gym: Organization, user: Person) -> Json | None:
    """A member as a patient, as a person sees it."""
    data = await api.run(PATIENT, person, organization=str(gym.id), user=str(user.id))
    found: Json | None = data["organization"]["patient"]
    return found


async def written(api: Api, document: str, person: Person, gym: Organization, user: Person, **values: Any) -> Json:
    """The patient as a mutation wrote it."""
    sent = {"organizationId": str(gym.id), "patientId": str(user.id), **values}
    (payload,) = (await api.run(document, person, input=sent)).values()
    found: Json = payload["patient"]
    return found


async def consent_to_conditions(api: Api, gym: Organization, user: Person, *conditions: str) -> None:
    """Let a member consent to the storage of conditions, and have these."""
    await written(api, CONSENT, user, gym, user, kind="CONDITIONS", level=1)
    await written(api, CONDITIONS, user, gym, user, conditions=list(conditions))
