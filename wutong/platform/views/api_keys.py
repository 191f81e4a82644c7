"""Keys of the API: the list, a new one, the end of one."""

from datetime import timedelta
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wutong.platform.answers import done, posted, refused
from wutong.platform.api_keys import AlreadyRevoked, make_key, revoke_key
from wutong.platform.forms.api_keys import ApiKeyForm
from wutong.platform.models import ApiKey, ApiRight, Team
from wutong.platform.permissions import StaffRequest, requires

_MOMENT = timedelta(microseconds=1)  # a key that ends at midnight is valid until the day before


@require_GET
@requires("api_keys.manage")
def keys(request: StaffRequest) -> HttpResponse:
    """Every key, those in use first."""
    now = timezone.now()
    found = ApiKey.objects.select_related("team", "scope", "created_by", "revoked_by")
    rows = [
        {
            "key": key,
            "rights": [ApiRight(right) for right in key.rights],
            "last_moment": key.expires_at - _MOMENT if key.expires_at else None,
            "has_expired": key.expires_at is not None and key.expires_at <= now,
        }
        for key in found.order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "pk")
    ]
    return render(request, "platform/api_keys.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("api_keys.manage")
def new(request: StaffRequest) -> HttpResponse:
    """Make a key and show its secret, this once."""
    form = ApiKeyForm(posted(request), initial={"team": Team.objects.get(parent=None).public_id})
    if request.method == "POST" and form.is_valid():
        made = make_key(**form.cleaned_data, by=request.user, at=timezone.now())
        return render(request, "platform/api_key_made.html", {"key": made.key, "secret": made.secret})
    return render(request, "platform/api_key_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@requires("api_keys.manage")
def revoke(request: StaffRequest, public_id: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, public_id=public_id)
    try:
        revoke_key(key=key, by=request.user, at=timezone.now())
    except AlreadyRevoked as no:
        return refused(request, no, back=reverse("platform:api_keys"))
    return done(request, reverse("platform:api_keys"), _("The key %(name)s is revoked.") % {"name": key.name})
