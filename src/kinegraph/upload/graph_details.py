"""The input that announces a file."""

import strawberry

from kinegraph.media import rules


@strawberry.input(description="The file that is going to be sent.")
class RequestUploadInput:
    organization_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose file it becomes; null for a canonical exercise's."
    )
    purpose: rules.UploadPurpose = strawberry.field(description="What it is for.")
    exercise_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The exercise it belongs to; only for the three purposes of exercises."
    )
    filename: str = strawberry.field(
        description="Its name: letters, digits, `_` and `-` are kept, others become `_`; the extension is that of the "
        "type."
    )
    mime: str = strawberry.field(
        description="Its type, such as image/png, among those that the purpose takes; parameters such as codecs are "
        "ignored."
    )
    size_bytes: int = strawberry.field(description="Its exact size in bytes.")
