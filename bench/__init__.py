"""Measured work. ``wutong bench NAME`` runs one of these, ``make bench`` all of them."""

BENCHES = ("collector", "stream", "alert", "pages", "import", "memory", "cold-start", "companies", "identity", "abuse")
"""In the order in which ``make bench`` runs them; each is a module with ``main(argv) -> int``."""


def module_of(name: str) -> str:
    """Where a bench is. A module called ``import`` could not be imported."""
    return "bench.importing" if name == "import" else f"bench.{name.replace('-', '_')}"
