"""Template tags and filters by what they draw. Pages load them all as ``wutong``."""
