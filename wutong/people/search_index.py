"""The index by which people are searched, when many come at once.

Each person has some eighty keys. Worked into the index one by one they took half of an import's time; so what is new
waits in a list, which every search reads as well, and goes in together: the more at a time, the cheaper. Whoever finds
the list full has to do it at once, perhaps in the lane with everybody waiting. Therefore it is done here before, by a
session of its own that nobody waits for.
"""

from wutong.platform.rows import execute

PEOPLE_AT_ONCE = 6_000
"""So many new people fill about two thirds of the list."""


def work_in() -> None:
    """Work what waits into the index. Opens no transaction; to be run outside of any."""
    execute("SELECT gin_clean_pending_list('people_by_search_key')")
