# The cast is imported late: this file may be read before Django is set up.
import json

import pytest


class System:
    """Another system of the company, with its key."""

    def __init__(self, key, secret):
        from django.test import Client

        self.key = key
        self.secret = secret
        self.client = Client(raise_request_exception=True)

    def get(self, path, query=None, **headers):
        return self.client.get(f"/api/v1{path}", query or {}, headers=self._headers(headers))

    def post(self, path, content, *, kind="application/json", **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.client.generic("POST", f"/api/v1{path}", body, content_type=kind, headers=self._headers(headers))

    def _headers(self, given):
        given = {name.replace("_", "-"): value for name, value in given.items()}
        return {name: value for name, value in ({"Authorization": f"Bearer {self.secret}"} | given).items() if value}


@pytest.fixture
def system_of(company):
    from tests.cast import NINE, company_scope, make_staff
    from wutong.platform.api_keys import make_key
    from wutong.platform.models import ApiRight, Staff

    def make(team, **given):
        by = Staff.objects.filter(email="keys@example.com").first() or make_staff("Keys", role="admin")
        values = {"name": "CRM", "rights": list(ApiRight), "scope": company_scope(), "per_minute": 10_000}
        made = make_key(team=team, **(values | {"expires_at": None} | given), by=by, at=NINE)
        return System(made.key, made.secret)

    return make


@pytest.fixture
def crm(system_of, north):
    return system_of(north)
