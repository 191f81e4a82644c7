"""A company of three: Ada administers, Mei and Lin are SDRs of one team. Made by what makes a real company."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from wutong.platform.chinese import sort_key
from wutong.platform.models import Role, Staff, Team

NINE = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # a Monday, nine o'clock in Shanghai
PASSWORD = "a-long-enough-passphrase"


def make_staff(name: str, *, role: Role = Role.SDR, team: Team | None = None, **given: Any) -> Staff:
    values = {"full_name": name, "sort_key": sort_key(name), "created_at": NINE, "language": "en"}
    team = team or Team.objects.get(parent=None)
    staff = Staff(email=f"{name.lower()}@example.com", role=role, team=team, **(values | given))
    staff.set_password(PASSWORD)
    staff.save()
    return staff


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client
