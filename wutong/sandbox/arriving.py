"""What the collector would have taken of a visit that a scripted visitor made in the past."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from wutong.content.models import Form
from wutong.events.arrivals import AnyArrival, FormPost, Hit
from wutong.events.hot import new_id
from wutong.sandbox import company
from wutong.sandbox.site import localized, title_of
from wutong.sandbox.visitors import Visit

BEAT_EVERY_S = 15
"""Readers of the past are told of less often than those of today (each five seconds): half a year is long."""


class PastVisit(Struct, frozen=True, kw_only=True):
    """A visit, when it began and which form it may have ended with."""

    begins_at: datetime
    visit: Visit
    form_key: str = company.FORM_KEY

    @property
    def submits_at(self) -> datetime:
        """When the form is sent, if one is."""
        return self.begins_at + timedelta(seconds=sum(read.seconds for read in self.visit.reads))


def arrivals_of(past: PastVisit, form: Form) -> Iterator[AnyArrival]:
    """The hits of ``past``, in the order in which they came, and its form at the end."""
    visit, moment, url = past.visit, past.begins_at, ""
    origin = form.site.origins[0]
    for number, read in enumerate(visit.reads):
        view, path = new_id(moment), localized(visit.language, read.path)
        ref = url or visit.source.referrer
        url = origin + (path if number else visit.source.address(path))
        where = {
            "site_id": form.site.pk,
            "source": "web",
            "visitor": visit.visitor,
            "view": view,
            "url": url,
            "ref": ref,
        }

        def hit(name: str, at: datetime, where: dict[str, object] = where, **props: object) -> Hit:
            return Hit(id=new_id(at), occurred_at=at, received_at=at, name=name, props=props, **where)  # type: ignore[arg-type]  # as made above

        title = title_of(visit.language, read.path)
        yield hit("page_viewed", moment, title=title, path=path, lang=visit.language, width=visit.width)
        if not number:
            yield hit("consent_given" if visit.visitor else "consent_refused", moment, version=company.BANNER_VERSION)
        for seq in range(1, read.seconds // BEAT_EVERY_S + 1):
            yield hit(
                "page_beat", moment + timedelta(seconds=seq * BEAT_EVERY_S), seq=seq, visible_s=seq * BEAT_EVERY_S
            )
        moment += timedelta(seconds=read.seconds)
        if visit.contact is not None and number == len(visit.reads) - 1:
            yield hit("form_started", moment - timedelta(seconds=3), form=form.key)
            yield FormPost(
                id=new_id(moment),
                occurred_at=moment,
                received_at=moment,
                form=form.key,
                answers=visit.contact.answers(),
                consent_given=True,
                consent_version=form.consent_version,
                **where,  # type: ignore[arg-type]  # as made above
            )
        yield hit("page_left", moment, visible_s=read.seconds, depth=read.depth)
