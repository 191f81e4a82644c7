"""How a page says: nothing here, still working, failed, done."""

from typing import Any

from django.template import Context, Library

register = Library()


@register.inclusion_tag("web/components/empty_state.html")
def empty_state(
    title: str,
    text: str = "",
    *,
    icon: str = "inbox",
    action: str = "",
    url: str = "",
    second: str = "",
    second_url: str = "",
) -> dict[str, Any]:
    """Why there is nothing and the one action that changes it; ``second`` is a lesser way."""
    given = {"title": title, "text": text, "icon": icon, "action": action, "url": url}
    return {**given, "second": second, "second_url": second_url}


@register.inclusion_tag("web/components/error_line.html")
def error_line(text: str, *, code: str = "", retry: str = "") -> dict[str, Any]:
    """What failed and whether anything was saved; ``retry`` is the address to ask again."""
    return {"text": text, "code": code, "retry": retry}


@register.inclusion_tag("web/components/skeleton.html")
def skeleton(count: int = 6, kind: str = "rows") -> dict[str, Any]:
    """``kind``: "rows" or "cards"."""
    return {"items": range(count), "kind": kind}


@register.inclusion_tag("web/components/progress.html")
def progress(value: float, *, total: float = 100, text: str = "") -> dict[str, Any]:
    """``text`` says it in words: "Counting 38% of 1,284,003 people"."""
    return {"value": value, "total": total, "text": text, "share": value / total if total else 0}


@register.inclusion_tag("web/components/toast.html", takes_context=True)
def toast(
    context: Context,
    text: str,
    *,
    tone: str = "ok",
    undo: str = "",
    url: str = "",
    stays: bool = False,
    oob: bool = False,
) -> dict[str, Any]:
    """What was just done. ``undo`` is where a POST takes it back; ``oob`` when it rides on another htmx answer."""
    given = {"text": text, "tone": tone, "undo": undo, "url": url, "stays": stays, "oob": oob}
    return {**given, "csrf_token": context.get("csrf_token")}
