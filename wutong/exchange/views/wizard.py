"""The steps of an import before it runs: file, columns, check and rules. Each is a page, and works without a script."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wutong.exchange.checking import check
from wutong.exchange.columns import IGNORE, column_name, samples_of
from wutong.exchange.correcting import correct_rows
from wutong.exchange.forms import ReadingForm, UploadForm, policy_form
from wutong.exchange.kinds import guesses_for, meanings_for, retired_in, words_of
from wutong.exchange.models import PeopleImport, SavedMapping
from wutong.exchange.places import ensure_rows, reading_of
from wutong.exchange.starting import first_rows, map_columns, mapped_by, read_otherwise, start, upload
from wutong.exchange.tables.prepared import Reading
from wutong.platform.answers import done, go, is_htmx, posted, refused
from wutong.platform.permissions import StaffRequest, requires
from wutong.platform.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@requires("imports.run")
def upload_file(request: StaffRequest) -> HttpResponse:
    """Step one: the file, or a table that is pasted, and what its rows tell of."""
    kind = _kind(request.GET.get("kind", ""))
    form = UploadForm(posted(request), request.FILES or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            kind = form.cleaned_data["kind"]
            run = upload(file=form.table(), by=request.user, at=timezone.now(), kind=kind)
        except Refusal as no:
            form.add_error("file" if form.cleaned_data["file"] else "pasted", str(no))
        else:
            return go(request, reverse("exchange:import_columns", args=[run.public_id]))
    context = {"form": form, "steps": steps_of(1), "samples": PeopleImport.Kind.choices}
    return render(request, "exchange/upload.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires("imports.run")
def sample(request: StaffRequest) -> HttpResponse:
    """A small file to try with, as Excel opens it."""
    kind = _kind(request.GET.get("kind", ""))
    names, rows = _SAMPLES[kind]
    heading = ",".join(str(words_of(kind).meanings[name]) for name in names)
    lines = "\n".join((heading, *rows))
    response = HttpResponse(f"\ufeff{lines}\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sample-{kind}.csv"'
    return response


_SAMPLES = {
    "people": (
        ("full_name", "phone", "email", "company", "title", "message"),
        (
            "周思远,19900000001,zhou@beichen.example,北辰科技有限公司,采购总监,询价 200 台",
            "李梅,,mei.li@nanshan.example,南山贸易有限公司,经理,",
        ),
    ),
    "companies": (
        ("company", "credit_code", "region", "industry", "size", "domain", "alias", "parent"),
        (
            "北辰科技有限公司,,浙江省杭州市,制造业,350,www.example.com,北辰,北辰集团有限公司",
            "南山贸易有限公司,,广东省深圳市,批发和零售业,20–99,,,",
        ),
    ),
}


def _kind(text: str) -> str:
    return text if text in PeopleImport.Kind.values else str(PeopleImport.Kind.PEOPLE.value)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("imports.run")
def columns(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Step two: what each column means."""
    run = _run(request, public_id)
    if run.state != PeopleImport.State.DRAFT:
        return go(request, reverse("exchange:import", args=[public_id]))
    here = reverse("exchange:imports")
    try:
        ensure_rows(run)
    except Refusal as no:
        return refused(request, no, back=here)
    refusal = None
    mapping = list(run.mapping)
    if request.method == "POST":
        mapping = [request.POST.get(f"column-{place}", "") for place in range(len(run.columns))]
        try:
            map_columns(
                run=run,
                mapping=mapping,
                by=request.user,
                at=timezone.now(),
                crm_scope=request.POST.get("crm_scope", ""),
                save_as=request.POST.get("save_as", ""),
            )
        except Refusal as no:
            refusal = no
        else:
            return go(request, reverse("exchange:import_rules", args=[public_id]))
    saved = SavedMapping.objects.filter(kind=run.kind).order_by("name")
    chosen = saved.filter(name=request.GET.get("saved", "")).first()
    rows = first_rows(run)
    if chosen is not None and request.method != "POST":
        mapping = mapped_by(chosen, run.columns, guesses_for(run, rows))
    meanings = meanings_for(run)
    shown = [
        {
            "place": place,
            "name": column_name(run.columns, place),
            "samples": samples_of(rows, place),
            "meaning": mapping[place] if mapping[place] in meanings else IGNORE,
        }
        for place in range(len(run.columns))
    ]
    context = {
        "run": run,
        "columns": shown,
        "meanings": meanings.items(),
        "retired": retired_in(run, mapping),
        "saved": saved[:50],
        "chosen": chosen,
        "reading": ReadingForm(run=run),
        "refusal": refusal,
        "steps": steps_of(2),
    }
    return render(request, "exchange/columns.html", context, status=409 if refusal else 200)


@require_POST
@requires("imports.run")
def reading(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Read the file by another encoding, delimiter, sheet or row of headings."""
    run = _run(request, public_id)
    form = ReadingForm(request.POST, run=run)
    back = reverse("exchange:import_columns", args=[public_id])
    refusal: object = _("Choose one of what is offered.")
    if form.is_valid():
        given, now = form.cleaned_data, reading_of(run)
        try:
            read_otherwise(
                run=run,
                reading=Reading(
                    is_workbook=now.is_workbook,
                    encoding=given.get("encoding", ""),
                    delimiter=given.get("delimiter", ""),
                    sheet=given.get("sheet", ""),
                    sheets=now.sheets,
                    heading=given["heading"],
                ),
            )
        except Refusal as no:
            refusal = no
        else:
            return done(request, back, _("Read anew."))
    return render(request, "platform/refusal.html", {"refusal": refusal, "back": back}, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("imports.run")
def rules(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Step three: what would become of the first thousand rows, and what is to become of all."""
    run = _run(request, public_id)
    here = reverse("exchange:import", args=[public_id])
    if run.state != PeopleImport.State.DRAFT:
        return go(request, here)
    try:
        checked = check(run, after=_number(request.GET.get("after", "")))
    except Refusal as no:
        return refused(request, no, back=here)
    form = policy_form(posted(request), run=run, by=request.user)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            start(run=run, policy=form.policy(run), by=request.user, at=timezone.now())
        except Refusal as no:
            refusal = no
        else:
            return done(request, here, _("The import runs. You may leave this page."))
    context = {
        "run": run,
        "form": form,
        "checked": checked,
        "is_correcting": bool(request.GET.get("after")) or run.corrected.exists(),
        "retired": retired_in(run, run.mapping),
        "refusal": refusal,
        "steps": steps_of(3),
    }
    status = 409 if refusal else 422 if form.is_bound else 200
    return render(request, "exchange/rules.html", context, status=status)


@require_POST
@requires("imports.run")
def correct(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Put cells of the first rows right; the check begins anew, and with a script the rules keep what is filled in."""
    run = _run(request, public_id)
    back = reverse("exchange:import_rules", args=[public_id])
    given: dict[int, dict[int, str]] = {}
    for name, value in request.POST.items():
        if (cell := _CELL.fullmatch(name)) and isinstance(value, str):
            given.setdefault(int(cell[1]), {})[int(cell[2])] = value
    try:
        n = correct_rows(run=run, given=given, by=request.user, at=timezone.now())
        checked = check(run) if is_htmx(request) else None
    except Refusal as no:
        return refused(request, no, back=back)
    said = ngettext("%(n)d row was changed and checked anew.", "%(n)d rows were changed and checked anew.", n) % {
        "n": n
    }
    if checked is None:
        return done(request, back, said)
    context = {"run": run, "checked": checked, "is_correcting": True, "said": said}
    return render(request, "exchange/_check.html", context | {"retired": retired_in(run, run.mapping)})


_CELL = re.compile(r"cell-(\d{1,7})-(\d{1,3})")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def steps_of(now: int) -> list[dict[str, Any]]:
    """The steps in words, with the one that somebody is at."""
    names = (
        pgettext("step of an import", "File"),
        pgettext("step of an import", "Columns"),
        pgettext("step of an import", "Check and rules"),
        pgettext("step of an import", "Result"),
    )
    return [
        {"number": number, "name": name, "is_now": number == now, "is_past": number < now}
        for number, name in enumerate(names, start=1)
    ]


def _run(request: StaffRequest, public_id: UUID) -> PeopleImport:
    return get_object_or_404(PeopleImport.objects.opened_by(request.user).select_related("file"), public_id=public_id)
