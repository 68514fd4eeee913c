"""The GraphQL types, queries and mutations of taxonomies."""

from collections.abc import Sequence
from typing import Annotated, Any  # a term's key is read of a row by the column's name
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph import Organization, organization_edge
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_editor_of_row
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import Node, edge, extends, field, given, mutation, node, takes_input
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import DeletePayload, deleted, payload, stored_row
from kinegraph.taxonomy import rules, store, store_nodes
from kinegraph.taxonomy.store import View

described_enum(
    rules.TaxonomyKind,
    "One of the three taxonomies.",
    CATEGORY="What kind of training it is, as a tree: Stretching, Static Stretching.",
    BODY_REGION="The part of the body, in an area: Shoulder in Upper Body.",
    EQUIPMENT="What is needed: Resistance Band.",
)

TermId = Annotated[strawberry.ID, strawberry.argument(description="The term's id.")]


def _in_view(column: str) -> Any:
    """Return the function that gives a related term's key: the view of this term, and the id in `column`."""
    return lambda term: None if term[column] is None else (term["view_id"], term[column])


@node(store_nodes.own_terms, *store.TABLES.values())
@strawberry.type(description="A term of one of the three taxonomies: global, or an organization's own.")
class TaxonomyTerm(Node):
    id: strawberry.ID = strawberry.field(description="The term's id.")
    kind: rules.TaxonomyKind = strawberry.field(description="Which taxonomy it belongs to.")
    name: str = strawberry.field(description="Its name, 1 to 100 characters; no other in its scope has it.")
    slug: str = strawberry.field(
        description="Short name for addresses, unique in its taxonomy and scope; names decide whether terms are equal."
    )
    organization: Organization | None = organization_edge("Whose own it is; null for a global term.")
    parent: "TaxonomyTerm | None" = edge(
        store.terms,
        _in_view("parent_id"),
        "The category above; null for a top one, and for other kinds.",
        required_columns=("view_id", "parent_id"),
    )
    children: list["TaxonomyTerm"] = edge(
        store.children_of,
        _in_view("id"),
        "The categories right below it.",
        required_columns=("view_id", "id"),
        assumed_size=5,
    )
    body_area: str | None = strawberry.field(description="A body region's area, e.g. Upper Body.")


@node(store_nodes.shown_taxonomies, parse=rules.taxonomy_key)
@strawberry.type(description="The three taxonomies: global terms, with an organization's own.")
class Taxonomy(Node):
    id: strawberry.ID = strawberry.field(description="The same for the same organization, or for none.")
    categories: list[TaxonomyTerm] = strawberry.field(
        description="Top categories; the others are their children.", metadata={"assumed_size": 20}
    )
    body_regions: list[TaxonomyTerm] = strawberry.field(
        description="Body regions: global ones first, as they are shipped (by area), then the organization's by name.",
        metadata={"assumed_size": 20},
    )
    equipment: list[TaxonomyTerm] = strawberry.field(
        description="What clinics have at hand, e.g. Resistance Band.", metadata={"assumed_size": 20}
    )


@extends(Organization)
class OrganizationTaxonomy:
    taxonomy: Taxonomy = edge(store.taxonomies, "id", "Global terms, and the organization's own.")


@strawberry.input(description="A new term.")
class CreateTaxonomyTermInput:
    organization_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Whose own it becomes; null or absent makes a global term (platform admins)."
    )
    kind: rules.TaxonomyKind = strawberry.field(description="Which taxonomy it joins.")
    name: str = strawberry.field(description="Its name, at most 100 characters; no other in its scope has it.")
    slug: str | None = strawberry.field(
        default=UNSET,
        description="Made of the name where it is not given, with a number after it where it is taken: core-2.",
    )
    parent_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="For categories: the one above, global or of the same organization."
    )
    body_area: str | None = strawberry.field(default=UNSET, description="For body regions: the area, e.g. Upper Body.")


@payload("The term that was written.")
class TaxonomyTermPayload:
    term: TaxonomyTerm | None = strawberry.field(default=None, description="The term as it is stored now.")


@strawberry.type
class Query:
    @field("Global terms, with an organization's own where the caller belongs to it.")
    async def taxonomy(
        self,
        info: Info,
        organization_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Whose own terms are shown too.")
        ] = None,
    ) -> Taxonomy:
        requested = None if organization_id is None else require_key(organization_id, "organizationId")
        viewer: Viewer = await info.context.viewer()
        view = requested if requested in viewer.by_organization else None
        shown: Taxonomy = await info.context.load(store.taxonomies, view)
        return shown


@strawberry.type
class Mutation:
    @mutation("Add a term: an organization's own (coach access), or a global one (platform admins).")
    async def create_taxonomy_term(
        self,
        info: Info,
        input: Annotated[CreateTaxonomyTermInput, strawberry.argument(description="The new term.")],
    ) -> TaxonomyTermPayload:
        values, checks = given(input), Checks()
        owner, kind = values.pop("organization_id", None), rules.TaxonomyKind(values["kind"])
        organization_id = None if owner is None else checks.key(owner, ("input", "organizationId"))
        columns = {**rules.checked_term(values, ("input",), checks), "organization_id": organization_id}
        session = await info.context.write_session()
        views: list[View] = [None, *session.viewer.coached()]
        with checks.layer():
            require_editor_of_row(session.viewer, organization_id, GLOBAL, "input", "organizationId")
            views = [organization_id]
        if values.get("parent_id") is not None:
            with checks.layer():
                columns |= await _parent(session, views, values["parent_id"])
        if views == [organization_id]:
            with checks.layer():
                await store.require_free(session, kind, columns)
        checks.done()
        return await _stored(session, organization_id, await store.insert_term(session, kind, columns))

    @mutation("Give a term another name: an organization's own (coach access), or a global one (platform admins).")
    @takes_input("The term, and its new name.")
    async def rename_taxonomy_term(
        self,
        info: Info,
        id: TermId,
        name: Annotated[str, strawberry.argument(description="The new name, at most 100 characters.")],
    ) -> TaxonomyTermPayload:
        checks, term = Checks(), None
        cleaned = rules.checked_name(name, ("name",), checks)
        session = await info.context.write_session()
        with checks.layer():
            term = await _writable_term(session, id)
        checks.done()
        assert term is not None
        await store.rename_term(session, rules.TaxonomyKind(term.kind), term.id, cleaned)
        payload = await _stored(session, term.organization_id, term.id)
        if payload.term is None:
            raise NotFound(DELETED_MEANWHILE, "id")
        return payload

    @mutation(
        "Remove a term that tags no exercise that is not deleted, and has no term below it; who may write it may."
    )
    @takes_input("The term to remove.")
    async def delete_taxonomy_term(self, info: Info, id: TermId) -> DeletePayload:
        session = await info.context.write_session()
        term = await _writable_term(session, id)
        if not await store.delete_term(session, rules.TaxonomyKind(term.kind), term.id):
            raise NotFound(DELETED_MEANWHILE, "id")
        return deleted(term.id)


DELETED_MEANWHILE = "The term was deleted meanwhile."
GLOBAL = "Only platform admins write the global taxonomies; add a term to your organization's instead."


async def _parent(session: WriteSession, views: Sequence[View], sent: str) -> dict[str, Any]:
    """The columns that refer to a category's parent, which one of the views shows. Raises NotFound."""
    parent = (await store.terms_in_views(session, views, [require_key(sent, "input", "parentId")]))[0]
    if parent is None or parent.kind != rules.TaxonomyKind.CATEGORY:
        raise NotFound("There is no such category.", "input", "parentId")
    return {"parent_id": parent.id, "parent_organization_id": parent.organization_id}


async def _writable_term(session: WriteSession[Viewer], id: str) -> rules.TermRow:
    """The term that the viewer wants to write. Raises NotFound and Forbidden."""
    key, viewer = require_key(id, "id"), session.viewer
    term = (await store.terms_in_views(session, [None, *viewer.by_organization], [key]))[0]
    if term is None:
        raise NotFound("There is no such term.", "id")
    require_editor_of_row(viewer, term.organization_id, GLOBAL, "id")
    return term


async def _stored(session: WriteSession, view: UUID | None, id: UUID) -> TaxonomyTermPayload:
    return TaxonomyTermPayload(term=await stored_row(session, store.terms, (view, id)))
