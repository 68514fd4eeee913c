"""`kinegraph doctor` tells which optional services are on, and never shows a key."""

from kinegraph.commands.doctor import _vendors
from kinegraph.settings import Settings


def test_services_without_a_key_are_off_and_in_order() -> None:
    assert [*_vendors(Settings())] == [
        (True, "embeddings", "off: KINEGRAPH_VOYAGE_API_KEY is not set"),
        (True, "enrichment", "off: KINEGRAPH_ANTHROPIC_API_KEY is not set"),
    ]


def test_services_with_a_key_are_on_and_their_keys_are_not_shown() -> None:
    settings = Settings(voyage_api_key="sekret", anthropic_api_key="sekret", voyage_url="https://proxy.example/v1")
    shown = str([*_vendors(settings)]) + repr(settings)
    assert "on: voyage-multilingual-2 at https://proxy.example/v1" in shown and "on: claude" in shown
    assert "sekret" not in shown
