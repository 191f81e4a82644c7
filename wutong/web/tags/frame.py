"""Tags that the frame itself needs: built files, icons, words for scripts, the right rail."""

from functools import cache

from django.template import Library
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from wutong.platform.permissions import may
from wutong.web.assets import asset_url
from wutong.web.words import script_words

register = Library()


@register.simple_tag
def asset(name: str) -> str:
    """``{% asset "core.js" %}``: the address of a built file."""
    return asset_url(name)


@register.filter(name="may")
def has_right(staff: object, code: str) -> bool:
    """``{% if request.user|may:"routing.manage" %}``: whether the reader may do what ``code`` names."""
    return may(staff, code)


@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "phone" %}``: an outline icon of Tabler's. It says nothing to screen readers: put a word beside it."""
    return _icon(name, asset_url("icons.svg"))


@cache  # a page has a hundred of them
def _icon(name: str, sheet: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sheet, name)


@register.simple_tag(name="script_words")
def words_for_scripts() -> SafeString:
    return _words_in(get_language())


@cache
def _words_in(_language: str | None) -> SafeString:
    return json_script({key: str(sentence) for key, sentence in script_words.items()}, "wt-words")


@register.simple_block_tag
def rail(content: str, label: str) -> SafeString:
    """The right rail, or nothing when the page put nothing into it."""
    if not content.strip():
        return SafeString()
    return format_html(
        '<aside class="rail" id="rail" aria-label="{}"><a class="btn btn-quiet btn-icon rail-close" href="#main">{}'
        '<span class="only-heard">{}</span></a>{}</aside>',
        label,
        icon("x"),
        script_words["close"],
        content,
    )
