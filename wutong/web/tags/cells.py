"""How rows of tables and cards of boards look: draws what :mod:`wutong.platform.cells` tells."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape  # Django's own marks each piece as safe, which takes three times as long
from typing import Any

from django.template import Context, Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from wutong.platform import cells
from wutong.platform.format import EMPTY
from wutong.web.tags import formats
from wutong.web.tags.display import avatar, badge, score, stage_badge, timer
from wutong.web.tags.frame import icon

register = Library()


@register.simple_tag
def table_rows(rows: Iterable[cells.Row]) -> SafeString:
    """The ``<tr>`` of each."""
    return mark_safe("\n".join(_row(row) for row in rows))  # noqa: S308  # made of what is escaped below


@register.simple_tag(takes_context=True)
def board_cards(context: Context, cards: Iterable[cells.BoardCard]) -> SafeString:
    """The cards of a column."""
    return mark_safe("\n".join(_card(context, card) for card in cards))  # noqa: S308  # escaped below


@register.simple_tag
def lead_row(row: cells.LeadRow) -> SafeString:
    """A lead in a list beside which it opens."""
    id = row.public_id
    state = ' aria-current="true" data-opened' if row.is_open else ""
    state += ' hx-swap-oob="true"' if row.is_out_of_band else ""
    note = f' <span class="muted">{escape(row.note)}</span>' if row.note else ""
    lines = "".join([f'<span class="line-2">{escape(line)}</span>' for line in row.lines])
    drawn = (
        f'<div data-row id="lead-{id}" class="lead-row{" is-late" if row.is_late else ""}"{state}>'
        f'<input type="hidden" name="shown" value="{escape(row.shown_as)}">'
        f"{_box(row.tick) if row.tick else ''}{avatar(row.face)}"
        f'<a class="grow" data-open href="{escape(row.url)}" hx-get="{escape(row.work_url)}"'
        f' hx-target="#work" hx-swap="outerHTML"><span class="line-1"><b>{escape(row.name)}</b>{note}</span>{lines}</a>'
        f'<span class="lead-row-end" id="state-{id}">{_when(row)}{_lead_score(row)}{_told(row.told)}</span></div>'
    )
    return mark_safe(drawn)  # noqa: S308  # escaped above


def _when(row: cells.LeadRow) -> str:
    if row.clock is not None:
        due_at, counts_from = row.clock
        return timer(due_at, starts_at=counts_from, told=row.told)
    if row.step_at is not None:
        state = "late" if row.is_late else "waiting"
        return f'<span class="timer" data-state="{state}">{icon("calendar-event")}{formats.ago(row.step_at)}</span>'
    return f'<span class="muted small">{formats.ago(row.touched_at)}</span>' if row.touched_at is not None else ""


def _lead_score(row: cells.LeadRow) -> str:
    code = escape(row.code)
    grade = f'<span class="grade grade-{code[0].lower()}">{code}</span>' if code else ""
    means = escape(row.score_means)
    return f'<span class="lead-row-score" title="{means}">{grade}<b class="num">{row.score}</b></span>'


def _told(told: str) -> str:
    said = escape(told)
    return f'<span class="lead-row-told" title="{said}">{icon("bell")}<span>{said}</span></span>' if told else ""


@register.simple_block_tag(takes_context=True)
def board_card(context: Context, content: str, card: cells.BoardCard) -> SafeString:
    """One card; the block is what else it says, between its figures and its foot."""
    return mark_safe(_card(context, card, content.strip()))  # noqa: S308  # escaped below


def _card(context: Context, card: cells.BoardCard, content: str = "") -> str:
    id, name, owner, expected = card.public_id, escape(card.name), escape(card.owner), _("Expected close")
    move = f' data-move="{escape(card.ways.url)}" data-version="{card.ways.version}"' if card.ways else ""
    warnings = "".join(_warning(label) for label in card.warnings)
    return (
        f'<article class="board-card deal-card" id="deal-{id}" aria-labelledby="name-{id}"'
        f' data-column="{escape(card.column)}" data-name="{name}"{move}>'
        f'<h3 id="name-{id}"><a href="{escape(card.url)}">{name}</a></h3>'
        f'<span class="muted">{escape(card.company)}</span>'
        f'<span class="deal-figures"><b>{formats.money_compact(card.amount, card.currency)}</b>{_share(card)}</span>'
        + (f'<span class="row is-tight">{warnings}</span>' if warnings else "")
        + content
        + f'<span class="deal-foot"><span class="deal-next">{_next(card)}</span>'
        f'<span class="muted" title="{escape(expected)}">{formats.day_short(card.due_on)}</span>'
        f'<span title="{owner}">{avatar(card.owner)}<span class="only-heard">{owner}</span></span></span>'
        + (_ways(card, card.ways, context) if card.ways else "")
        + "</article>"
    )


def _share(card: cells.BoardCard) -> str:
    if card.share is None:
        return ""
    return (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{card.share}" height="4" /></svg><span class="muted">{card.share}%</span>'
    )


def _next(card: cells.BoardCard) -> str:
    if card.closed_at:
        return formats.ago(card.closed_at)
    return f"{icon('arrow-right')}<span>{escape(card.step)}</span>" if card.step else ""


def _ways(card: cells.BoardCard, ways: cells.Ways, context: Context) -> str:
    """The list of stages; the form works without a script."""
    id, url = card.public_id, escape(ways.url)
    move = _("Move “%(name)s” to…") % {"name": card.name}
    heard = f'<span class="only-heard">{escape(move)}</span>'
    return (
        f'<details class="deal-move"><summary class="btn btn-quiet btn-small btn-icon" id="move-{id}"'
        f' aria-describedby="board-keys" data-lift>{icon("arrows-move")}{heard}</summary>'
        f'<form class="deal-stages" method="post" action="{url}" hx-post="{url}"'
        f' hx-target="#deal-{id}" hx-swap="outerHTML">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{context["csrf_token"]}">'
        f'<input type="hidden" name="version" value="{ways.version}">{ways.buttons}</form></details>'
    )


def _row(row: cells.Row) -> str:
    tick = _tick(row.tick) if row.tick else ""
    late = ' class="is-late"' if row.is_late else ""
    return f"<tr data-row{late}>{tick}{''.join([_DRAWN_BY[type(cell)](cell) for cell in row.cells])}</tr>"


def _tick(tick: cells.Tick) -> str:
    return f'<td class="is-check">{_box(tick)}</td>'


def _box(tick: cells.Tick) -> str:
    return (
        f'<input type="checkbox" data-select form="{tick.form}" name="chosen" value="{tick.value}"'
        f' aria-label="{escape(tick.heard)}">'
    )


def _head(head: cells.Head) -> str:
    cut = format_html(' is-cut" title="{}', head.text) if head.is_cut else ""
    face = f"{avatar(head.face)} " if head.face is not None else ""
    note = f' <span class="muted">{escape(head.note)}</span>' if head.note else ""
    mark = f' {icon(head.mark[0])}<span class="only-heard">{escape(str(head.mark[1]))}</span>' if head.mark else ""
    link = f'<a href="{escape(head.url)}" data-open>{face}{escape(head.text)}</a>'
    return f'<th scope="row" class="is-fixed{cut}">{link}{note}{mark}</th>'


def _text(cell: cells.Text) -> str:
    cut = format_html(' is-cut" title="{}', cell.text) if cell.is_cut else ""
    number = "num " if cell.is_number else ""
    return f'<td class="{number}col-{cell.col}{cut}">{escape(cell.text or EMPTY)}</td>'


def _link(cell: cells.Link) -> str:
    return f'<td class="col-{cell.col}"><a href="{escape(cell.url)}">{escape(str(cell.text))}</a></td>'


def _colleague(cell: cells.Colleague) -> str:
    return f'<td class="col-{cell.col}">{avatar(cell.name)} {escape(cell.name)}</td>'


def _number(cell: cells.Number) -> str:
    return f'<td class="num col-{cell.col}">{formats.number(cell.value)}</td>'


def _money(cell: cells.Money) -> str:
    drawn = formats.money_compact if cell.is_short else formats.money
    return f'<td class="num col-{cell.col}">{drawn(cell.amount, cell.currency)}</td>'


def _moment(cell: cells.Moment) -> str:
    return f'<td class="col-{cell.col}">{formats.ago(cell.at)}</td>'


def _day(cell: cells.Day) -> str:
    drawn = formats.day_short if cell.is_short else formats.day
    return f'<td class="col-{cell.col}">{drawn(cell.on)}</td>'


def _stage(cell: cells.Stage) -> str:
    return f"<td>{stage_badge(cell.code, str(cell.label))}</td>"


def _score(cell: cells.Score) -> str:
    return f"<td>{EMPTY if cell.value is None else score(cell.value)}</td>"


def _warnings(cell: cells.Warnings) -> str:
    if not cell.labels:
        return f'<td class="col-{cell.col}">{EMPTY}</td>'
    first, *others = (str(label) for label in cell.labels)
    more: str = ""
    if others:
        more = format_html(
            ' <span class="muted" title="{}">+{}<span class="only-heard"> {}</span></span>',
            _(", ").join((first, *others)),
            len(others),
            " ".join(others),
        )
    return f'<td class="col-{cell.col}">{_warning(first)}{more}</td>'


@lru_cache(maxsize=100)
def _warning(label: str) -> str:
    return badge(label, tone="warn", icon="alert-triangle")


_DRAWN_BY: dict[type[Any], Callable[[Any], str]] = {
    cells.Head: _head,
    cells.Text: _text,
    cells.Link: _link,
    cells.Colleague: _colleague,
    cells.Number: _number,
    cells.Money: _money,
    cells.Moment: _moment,
    cells.Day: _day,
    cells.Stage: _stage,
    cells.Score: _score,
    cells.Warnings: _warnings,
}
