"""Steps about forms themselves: what looks like spam is set aside, and how often each form is used is counted."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection

from wutong.content.models import Form, FormVersion, QuarantinedSubmission
from wutong.events.arrivals import FormPost, pack
from wutong.events.touch import host_of
from wutong.stream.batch import Batch
from wutong.stream.origins import hosts_of

_BEGUN, _SENT = "form_started", "form_submitted"


def set_spam_aside(batch: Batch) -> None:
    """Keep forms that look like spam for a colleague to judge. They are nobody's, count nothing and open no lead."""
    suspected = [arrival for arrival in batch.arrivals if isinstance(arrival, FormPost) and arrival.suspicions]
    if not suspected:
        return
    forms = {form.key: form for form in Form.objects.filter(key__in=[post.form for post in suspected])}
    versions = versions_of((forms[post.form], post) for post in suspected if post.form in forms)
    QuarantinedSubmission.objects.bulk_create(
        [
            QuarantinedSubmission(
                id=post.id,
                form=forms[post.form],
                version_id=versions.get(post.id),
                at=post.received_at,
                url=post.url,
                answers=post.answers,
                reasons=post.suspicions,
                body=pack([post]),
            )
            for post in suspected
            if post.form in forms
        ],
        ignore_conflicts=True,  # sent twice
    )
    set_aside = {post.id for post in suspected if post.form in forms}
    batch.arrivals = [arrival for arrival in batch.arrivals if arrival.id not in set_aside]


def versions_of(posts: Iterable[tuple[Form, FormPost]]) -> dict[UUID, int]:
    """The version of its form by which each post was judged, where it is known."""
    wanted = {post.id: (form.pk, post.form_version or form.version) for form, post in posts}
    known = {
        (form_id, number): pk
        for pk, form_id, number in FormVersion.objects.filter(
            form__in={form_id for form_id, _ in wanted.values()}, number__in={number for _, number in wanted.values()}
        ).values_list("pk", "form_id", "number")
    }
    return {id: known[version] for id, version in wanted.items() if version in known}


def count_form_use(batch: Batch) -> None:
    """Count by day and place how often each form was begun and sent. One of the last steps: its rows are busy ones."""
    rows = [
        row
        for row in batch.rows.values()
        if row.name in (_BEGUN, _SENT) and not row.is_machine and not row.is_own and "form" in row.props
    ]
    if not rows:
        return
    keys = {str(row.props["form"]) for row in rows}
    forms = {form.key: form for form in Form.objects.filter(key__in=keys).select_related("site")}
    ours = {key: hosts_of(form.site.origins) for key, form in forms.items()}
    counts: dict[tuple[int, date, str], Counter[str]] = {}
    for row in rows:
        form = forms.get(str(row.props["form"]))
        if form is None:
            continue
        host = host_of(row.url)
        place = (form.pk, row.received_at.date(), host[:120] if host in ours[form.key] else "")
        counts.setdefault(place, Counter())[row.name] += 1
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO content_formuse (form_id, "on", host, begun, sent) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (form_id, "on", host)
            DO UPDATE SET begun = content_formuse.begun + excluded.begun, sent = content_formuse.sent + excluded.sent
            """,
            [[*place, count[_BEGUN], count[_SENT]] for place, count in sorted(counts.items())],
        )
