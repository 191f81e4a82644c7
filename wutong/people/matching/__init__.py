"""Probable matches: how likely it is that two records speak of one person. For people to look at, never merged.

Pure functions without a database. ``agreement.py`` compares two values, ``weights.py`` weighs what agrees and learns
the weights from a table, ``columns.py`` guesses what the columns of a table hold, ``proposals.py`` finds a table's
probable pairs. Source: ``algorithms.md`` 1.2.
"""
