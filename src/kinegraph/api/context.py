"""Who sends a request: from its bearer token to the viewer that its transaction is entered with."""

from kinegraph.api.documents import Document
from kinegraph.identity.store import enter_as
from kinegraph.kit.checks import character_fault, parse_key
from kinegraph.kit.context import Context
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import Enter
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.tokens import TokenError, Tokens


class RequestContext(Context):
    """The context of one HTTP request: with the document that it runs."""

    def __init__(
        self,
        database: Database,
        enter: Enter | None,
        document: Document,
        *,
        writes: bool,
        storage: ObjectStorage | None = None,
        address: str = "",
    ) -> None:
        super().__init__(database, enter, writes=writes, storage=storage, address=address)
        self.document = document


async def enter_by_token(authorization: str | None, tokens: Tokens, claim: str) -> Enter | None:
    """How to enter a session for a bearer token; None without one. Raises TokenError for one that does not hold."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenError("The Authorization header must be `Bearer <token>`.")
    claims = await tokens.check(token.strip())
    named = claims.get(claim)
    if not isinstance(named, str) or character_fault(named):
        raise TokenError(f"The token's `{claim}` names no user.")
    if claim == "email":
        if claims.get("email_verified", True) is not True:
            raise TokenError("The token's `email` is not verified.")
        return enter_as(email=named)
    user_id = parse_key(named)
    if user_id is None:
        raise TokenError("The token's `sub` is no user id.")
    return enter_as(user_id)
