"""Pages of the platform, by topic."""
