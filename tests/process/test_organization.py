"""`kinegraph organization` changes what the members of an organization see."""

from tests.conftest import Api, World
from tests.process.running import environment, refused, run

SETTING = "query ($slug: ID!) { organization(id: $slug) { membersSeeEachOther } }"


async def test_a_setting_is_stored_and_seen_by_viewers_who_were_cached(
    api: Api, database_url: str, world: World
) -> None:
    gym, env = await world.organization(), environment(database_url)
    before = await api.run(SETTING, gym.member, slug=str(gym.id))
    done = run("organization", gym.slug, "--members-see-each-other", "on", env=env)
    assert done.stdout == "members-see-each-other: on\nmembers-see-library: on\n"
    after = await api.run(SETTING, gym.member, slug=str(gym.id))
    assert [each["organization"]["membersSeeEachOther"] for each in (before, after)] == [False, True]
    assert run("organization", gym.slug, env=env).stdout == done.stdout


async def test_an_unknown_slug_is_refused(database_url: str) -> None:
    message = refused(run("organization", "nowhere", "--members-see-library", "off", env=environment(database_url)))
    assert message == "No organization has the slug nowhere."
