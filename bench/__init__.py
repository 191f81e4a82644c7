"""Measured work. ``wutong bench NAME`` runs one of these, ``make bench`` all of them."""

BENCHES = ("collector", "stream", "alert", "pages", "memory", "cold-start", "companies", "identity", "abuse")
"""In the order in which ``make bench`` runs them; each is a module with ``main(argv) -> int``."""
