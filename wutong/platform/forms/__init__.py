"""Forms of the platform's pages, by topic."""
