"""Uploaded files, for those who may see them, and never as a page of ours."""

from uuid import UUID

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from wutong.platform.audit import record
from wutong.platform.files import SHOWN_INLINE, path_of, visible_to
from wutong.platform.permissions import StaffRequest, signed_in


@require_safe
@signed_in
def file(request: StaffRequest, public_id: UUID) -> FileResponse:
    """Images are shown; anything else is a download. Either way the browser may run nothing in it."""
    stored = get_object_or_404(visible_to(request.user), public_id=public_id)
    is_inline = stored.content_type in SHOWN_INLINE
    try:
        content = path_of(stored.digest).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    if not is_inline and stored.uploaded_by_id != request.user.pk:
        record("file.fetched", actor=request.user, subject=stored, at=timezone.now())
    content_type = stored.content_type if is_inline else "application/octet-stream"
    response = FileResponse(content, as_attachment=not is_inline, filename=stored.name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=86400, immutable" if is_inline else "no-store"
    return response
