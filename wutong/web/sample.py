"""Made-up content for the component page: every state once, with the longest words it must survive."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wutong.web.tags.lists import Filter, Tab
from wutong.web.tags.records import Fact


class SampleForm(forms.Form):
    """Each kind of field; bound with faults so that errors show."""

    company = forms.CharField(label=_("Company"), help_text=_("As on its business licence."))
    phone = forms.CharField(label=_("Phone"), min_length=11, widget=forms.TextInput(attrs={"type": "tel"}))
    stage = forms.ChoiceField(
        label=_("Stage"), choices=[("new", "New"), ("mql", "MQL"), ("sql", "SQL")], required=False
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    next_on = forms.DateField(label=_("Next step on"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    way = forms.ChoiceField(
        label=_("Way"),
        choices=[("call", _("Call")), ("visit", _("Visit"))],
        widget=forms.RadioSelect,
        required=False,
        initial="call",
    )
    consent = forms.BooleanField(label=_("May be contacted by e-mail"), required=False)


def sample_context() -> dict[str, Any]:
    now = timezone.now()
    return {
        "tabs": [
            Tab(label=str(_("Waiting for first contact")), url="#", is_current=True, count=12),
            Tab(label=str(_("High intent")), url="#", count=38),
            Tab(label=str(_("Quiet for 14 days")), url="#", count=1261),
        ],
        "filters": [
            Filter(label=str(_("Stage is")), value="MQL", drop_url="?", edit_url="?"),
            Filter(label=str(_("Score at least")), value="40", drop_url="?"),
        ],
        "facts": [
            Fact(label=str(_("Company")), value="华辰精密制造(苏州)有限公司", source=str(_("Form, 3 days ago"))),
            Fact(label=str(_("Phone")), value="138 **** 8000", is_verified=True),
            Fact(label=str(_("Budget")), value=None, edit_url="?"),
        ],
        "rows": [
            _row("张浩然", "CEO", "中谷食品", "A", 97, 9, "mql", now + timedelta(minutes=4, seconds=12)),
            _row("李嘉怡", "设备工程师", "海纳能源", "B", 81, -6, "nurture", now + timedelta(minutes=1, seconds=40)),
            _row(
                "Benedict Featherstonehaugh",
                "Head of Manufacturing",
                "Aurora",
                "C",
                64,
                0,
                "sql",
                now - timedelta(minutes=4),
            ),
            _row("欧阳慧敏", "市场总监", "云岭新材料", "D", 12, 0, "disqualified", None),
        ],
        "trend": [3, 4, 4, 6, 5, 7, 9, 8, 8, 9],
        "late_at": now - timedelta(hours=2, minutes=5),
        "soon_at": now + timedelta(seconds=75),
        "calm_at": now + timedelta(minutes=4),
        "tomorrow_at": (now + timedelta(days=1)).replace(hour=1, minute=0),
        "took": timedelta(minutes=3, seconds=20),
        "just_now": now - timedelta(minutes=3),
        "yesterday": now - timedelta(days=1),
        "amount": Decimal(1_280_000),
        "blank_form": SampleForm(),
        "faulty_form": SampleForm({"company": "", "phone": "1380013800", "way": "call"}, auto_id="faulty_%s"),
        "stage_codes": [
            "new",
            "nurture",
            "mql",
            "sal",
            "sql",
            "opportunity",
            "returned",
            "won",
            "lost",
            "disqualified",
        ],
    }


def _row(
    name: str, title: str, company: str, grade: str, score: int, change: int, stage: str, due_at: Any
) -> dict[str, Any]:
    given = {"name": name, "title": title, "company": company, "grade": grade, "score": score}
    is_late = due_at is not None and due_at < timezone.now()
    return {**given, "change": change, "stage": stage, "due_at": due_at, "is_late": is_late}
