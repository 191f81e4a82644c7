"""Sessions as Django keeps them in the database. With a session every page asks for what it has to know first."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from wutong.platform.models.staff import staff_by_key
from wutong.platform.organisation import stored_organisation
from wutong.platform.ready_made import ask_together, ready_made
from wutong.platform.unstorable import NUL

_REMEMBERED = 10_000
_whose: dict[str, int] = {}
"""To whom a session belonged when this process last read it: whom to ask for with it. Who is let in, it decides."""


class SessionStore(db.SessionStore):
    """What ``SESSION_ENGINE`` names."""

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        if self.session_key and SESSION_KEY in data:
            if len(_whose) >= _REMEMBERED:
                _whose.clear()
            _whose[self.session_key] = int(data[SESSION_KEY])
        return data

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        if NUL in key:  # a cookie can be typed; PostgreSQL knows no such text
            self._session_key = None
            return None
        live = _live.about(key, timezone.now())
        whose = _whose.get(key)
        ask_together(live, stored_organisation.about(), *([] if whose is None else [staff_by_key.about(whose)]))
        found: Session | None = next(iter(live.answer()), None)
        if found is None:
            self._session_key = None
        return found


@ready_made
def _live(key: str, now: Any) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
