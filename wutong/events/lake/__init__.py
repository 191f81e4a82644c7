"""All events for ever: Parquet files under DuckLake, filled from the hot store, read by analytics."""
