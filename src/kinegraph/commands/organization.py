"""The command `kinegraph organization`: what members of an organization see of each other and of its library."""

import argparse
import asyncio

from kinegraph.commands.databases import open_migrated
from kinegraph.identity.store_operator import act_as_operator, organizations_by_slug, set_visibility
from kinegraph.kit.checks import character_fault
from kinegraph.outside.errors import ServiceError
from kinegraph.services import database_url
from kinegraph.settings import read_settings

SWITCHES = {
    "members_see_each_other": "members see other members' comments (off at first: in a clinic a name is health data)",
    "members_see_library": "members browse the organization's library; off: it is empty for them (on at first)",
}
"""The settings of an organization, by column of its table."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("slug", help="the organization's slug, as Organization.slug has it")
    for column, text in SWITCHES.items():
        parser.add_argument(f"--{column.replace('_', '-')}", choices=("on", "off"), help=text)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Store the settings that are given, and print all of them. Raises ServiceError."""
    sent = {name: value == "on" for name in SWITCHES if (value := getattr(options, name)) is not None}
    for name, is_on in asyncio.run(_write(database_url(read_settings()), options.slug, sent)).items():
        print(f"{name.replace('_', '-')}: {'on' if is_on else 'off'}")
    return 0


async def _write(url: str, slug: str, sent: dict[str, bool]) -> dict[str, bool]:
    """Store the settings of an organization that are sent. Returns all of them."""
    if character_fault(slug):
        raise ServiceError("No organization has this slug.")
    async with open_migrated(url) as database, database.write(act_as_operator) as session:
        organization = (await organizations_by_slug(session, [slug]))[0]
        if organization is None:
            raise ServiceError(f"No organization has the slug {slug}.")
        return await set_visibility(session, organization.id, sent, [*SWITCHES])
