"""Somebody who tries it everywhere."""

from datetime import timedelta

from tests.cast import LATELY, arrive, hit, make_form, make_site, post_form
from tests.xss.nasty import ADDRESS, NASTY, QUOTES, TAG
from wutong.lifecycle.models import Lead
from wutong.people.models import Person
from wutong.platform.models import Notification, Team


def nasty_lead(team: Team) -> Lead:
    """Somebody who tries it everywhere: the texts of the site's own forms included."""
    site = make_site(team=team, name=TAG)
    form = make_form(site=site, key="nasty", name=f"{TAG}{QUOTES}"[:80])
    for n, text in enumerate(NASTY):
        arrive(
            hit(
                site=site,
                visitor="c1",
                url=f"https://www.example.com/{text}?utm_campaign={text}"[:300],
                ref=ADDRESS,
                props={"title": text, "path": text},
                at=LATELY + timedelta(seconds=n),
            ),
            hit("link_clicked", site=site, visitor="c1", props={"href": ADDRESS}, at=LATELY + timedelta(seconds=n)),
            post_form(
                form,
                visitor="c1",
                answers={
                    "name": text,
                    "company": text,
                    "title": text,
                    "phone": "13987650001",
                    "email": "a'b@x.cn",
                },
                at=LATELY + timedelta(seconds=n),
            ),
        )
    Person.objects.update(full_name=(TAG + QUOTES)[:120], title=QUOTES, company_name=TAG)
    Notification.objects.update(params={"name": TAG, "company": QUOTES, "form": TAG, "page": ADDRESS, "by": TAG})
    return Lead.objects.get()
