"""How sure it is: what a visitor may be shown of the person they are taken for.

Everything seen together links for colleagues. A visitor is greeted, or finds a form filled in, only by what is joined
to their browser by verified observations: a code, a signed link, a platform's own id.
"""

from wutong.platform.rows import execute


def surely_theirs(subject_id: int) -> set[int]:
    """The identifiers that are joined to this one by verified observations alone, itself among them."""
    found = execute(
        """
        WITH RECURSIVE sure AS (
            SELECT id, person_id FROM people_identifier WHERE id = %(subject)s
            UNION
            SELECT o.id, o.person_id
            FROM sure s
            JOIN LATERAL (
                SELECT high_id AS id FROM people_identitylink WHERE low_id = s.id AND is_verified
                UNION ALL SELECT low_id FROM people_identitylink WHERE high_id = s.id AND is_verified
            ) l ON true
            JOIN people_identifier o ON o.id = l.id AND o.person_id = s.person_id AND NOT o.is_blocked
        )
        SELECT id FROM sure
        """,
        subject=subject_id,
    )
    return {id for (id,) in found}
