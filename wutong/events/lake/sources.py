"""Which tables of the hot store fill the lake. Imports nothing heavy: the jobs process asks here, too."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A table of the lake and the table of the hot store that fills it. Both name the columns in one order."""

    table: str
    hot: str
    columns: str


SOURCES = (
    Source(
        "events",
        "event",
        "id, name, occurred_at, received_at, subject_id, person_id, site_id, source, view_id, channel, campaign, url,"
        " props::text, is_own, is_machine",
    ),
    Source(
        "stage_visits",
        "lifecycle_stagevisit",
        "id, xid::text::bigint, machine, stage, subject_id, person_id, lead_id, entered_at, left_at, entered_by_id,"
        " reason, channel",
    ),
    Source("moves", "people_identitymove", "id, subject_id, person_id, moved_at"),
)
