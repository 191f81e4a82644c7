"""What colleagues enter on the pages of imports and exports."""

from typing import Any

from django import forms
from django.core.files.base import ContentFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.events.touch import CHANNELS
from wutong.exchange.models import PeopleImport
from wutong.exchange.starting import Policy
from wutong.exchange.tables.text import DELIMITERS, ENCODINGS
from wutong.exchange.tagging import tags_for
from wutong.lifecycle.account_team import who_may_look_after
from wutong.lifecycle.giving import who_may_be_given_leads
from wutong.lifecycle.models import ProductLine
from wutong.people.models import Tag
from wutong.platform.files import Upload
from wutong.platform.models import BusinessScope, Staff, Team

_MOST_PASTED = 1_000_000
"""Characters, of three bytes each in Chinese; more is better sent as a file, for which pages take so much more."""
_DELIMITER_NAMES = {
    ",": pgettext_lazy("delimiter", "comma ,"),
    "\t": pgettext_lazy("delimiter", "tab"),
    ";": pgettext_lazy("delimiter", "semicolon ;"),
    "|": pgettext_lazy("delimiter", "bar |"),
    "，": pgettext_lazy("delimiter", "Chinese comma ，"),
}


class UploadForm(forms.Form):
    """A file to import, or a table that is pasted."""

    kind = forms.ChoiceField(
        label=_("What the rows tell of"),
        choices=PeopleImport.Kind.choices,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("CSV or Excel file"),
        help_text=_("CSV (UTF-8, GBK, UTF-16) or xlsx, at most 100 MB and 500,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        required=False,
    )
    pasted = forms.CharField(
        label=_("Or paste a table"),
        help_text=_("Copy the cells in Excel, with their headings, and paste them here."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        strip=False,
    )

    def __init__(self, data: QueryDict | None = None, files: Any = None, *, kind: str) -> None:
        """Begin with ``kind``, which counts where the page sends none."""
        if data is not None and "kind" not in data:
            data = data.copy()
            data["kind"] = kind
        super().__init__(data, files, initial={"kind": kind})

    def clean_pasted(self) -> str:
        """No ``maxlength`` on the page: a browser would cut off what is pasted, and say nothing."""
        pasted: str = self.cleaned_data["pasted"]
        if len(pasted) > _MOST_PASTED:
            raise forms.ValidationError(_("This is too much to paste. Save the table as a file and choose it above."))
        return pasted

    def clean(self) -> dict[str, Any]:
        """Let one of the two be given."""
        given = super().clean() or {}
        if "file" in self.errors or "pasted" in self.errors:
            return given
        if not given.get("file") and not given.get("pasted", "").strip():
            self.add_error("file", _("Choose a file, or paste a table below."))
        return given

    def table(self) -> Upload:
        """What was given; a file counts before a table that is pasted."""
        file: Upload | None = self.cleaned_data["file"]
        name = _("Pasted table")
        return file or ContentFile(self.cleaned_data["pasted"].encode(), name=f"{name}.csv")


class ColumnsNameForm(forms.Form):
    """What saved columns are called."""

    name = forms.CharField(label=pgettext_lazy("saved columns", "Name"), max_length=80)


class ReadingForm(forms.Form):
    """How a file is read, where it was not found out rightly."""

    def __init__(self, data: Any = None, *, run: PeopleImport) -> None:
        first = {"encoding": run.encoding, "delimiter": run.delimiter, "sheet": run.sheet, "heading": run.heading}
        super().__init__(data, initial=first)
        if run.is_workbook:
            self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=[(name, name) for name in run.sheets])
        else:
            self.fields["encoding"] = forms.ChoiceField(label=_("Encoding"), choices=list(ENCODINGS.items()))
            self.fields["delimiter"] = forms.ChoiceField(
                label=_("Between columns stands"), choices=[(mark, _DELIMITER_NAMES[mark]) for mark in DELIMITERS]
            )
        self.fields["heading"] = forms.IntegerField(
            label=_("Row that names the columns"), min_value=0, max_value=20, help_text=_("0: there is none.")
        )


class PolicyForm(forms.Form):
    """What is to become of rows about people."""

    known = forms.ChoiceField(
        label=_("People who are known already"), choices=PeopleImport.Known.choices, widget=forms.RadioSelect
    )
    leads = forms.ChoiceField(label=_("Leads"), choices=PeopleImport.Leads.choices, widget=forms.RadioSelect)
    owner = forms.ModelChoiceField(
        Staff.objects.none(),
        label=_("Owner of new leads"),
        required=False,
        empty_label=_("Nobody: they wait in the team"),
        help_text=_("A column “Owner” of the file counts before this."),
    )
    by_rules = forms.BooleanField(label=_("Give leads without an owner away by the rules"), required=False)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label=None)
    scope = forms.ModelChoiceField(BusinessScope.objects.none(), label=_("Part of the business"), empty_label=None)
    product_line = forms.ModelChoiceField(
        ProductLine.objects.none(),
        label=_("Product line"),
        required=False,
        empty_label=pgettext_lazy("product line of an import", "The first one"),
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=list(CHANNELS.items()))
    campaign = forms.CharField(label=pgettext_lazy("column", "Campaign"), max_length=80, required=False)
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.none(),
        label=_("Tags for everybody in the file"),
        required=False,
        help_text=_("Several may be chosen. What a column “Tags” names is given as well."),
    )
    source = forms.CharField(
        label=_("Where the list comes from"),
        max_length=80,
        help_text=_("For example: Shanghai fair, hall 3, scanned cards."),
    )
    basis = forms.ChoiceField(
        label=_("Legal basis"),
        choices=PeopleImport.Basis.choices,
        widget=forms.RadioSelect,
        help_text=_("Nobody may be imported without one. With an agreement, each person's consent is kept."),
    )
    basis_text = forms.CharField(
        label=_("What they were told or agreed to"), widget=forms.Textarea(attrs={"rows": 2}), max_length=5_000
    )
    basis_proof = forms.CharField(
        label=_("Where the proof lies"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2_000,
        help_text=_("For example: signed cards in folder 12, form of 3 May."),
    )

    def __init__(self, data: Any = None, *, run: PeopleImport, by: Staff) -> None:
        first = {
            "known": run.known,
            "leads": run.leads,
            "channel": run.channel,
            "source": run.source,
            "team": by.team_id,
        }
        super().__init__(data, initial=first)
        teams = teams_of(by)
        self.fields["owner"].queryset = Staff.objects.filter(pk__in=[one.pk for one in who_may_be_given_leads()])  # type: ignore[attr-defined]  # a model choice
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # as above
        self.fields["scope"].queryset = scopes_of(by)  # type: ignore[attr-defined]  # as above
        self.fields["product_line"].queryset = ProductLine.objects.on_offer().in_order()  # type: ignore[attr-defined]  # as above
        self.fields["owner"].label_from_instance = lambda one: one.full_name  # type: ignore[attr-defined]  # as above
        _offer_tags(self, run)
        for name in ("team", "scope", "product_line"):
            self.fields[name].label_from_instance = lambda one: one.name  # type: ignore[attr-defined]  # as above

    def policy(self, run: PeopleImport) -> Policy:
        """The policy that was entered."""
        given = self.cleaned_data
        return Policy(
            known=PeopleImport.Known(given["known"]),
            leads=PeopleImport.Leads(given["leads"]),
            basis=PeopleImport.Basis(given["basis"]),
            basis_text=given["basis_text"],
            basis_proof=given["basis_proof"],
            owner=given["owner"],
            by_rules=given["by_rules"],
            team=given["team"],
            scope=given["scope"],
            product_line=given["product_line"],
            channel=given["channel"],
            campaign=given["campaign"],
            source=given["source"],
            tags=list(given.get("tags", ())),
            crm_scope=run.crm_scope,
        )


class CompanyPolicyForm(forms.Form):
    """What is to become of rows about companies."""

    known = forms.ChoiceField(
        label=_("Companies that are known already"),
        choices=PeopleImport.Known.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Known by their credit code, by their domain where the name fits, or by an equal name. What is only alike"
            " is entered by itself and goes to the review queue."
        ),
    )
    owner = forms.ModelChoiceField(
        Staff.objects.none(),
        label=_("Owner of companies that have none"),
        required=False,
        empty_label=pgettext_lazy("owner of companies", "Nobody"),
        help_text=_("A column “Owner” of the file counts before this."),
    )
    product_line = forms.ModelChoiceField(
        ProductLine.objects.none(),
        label=_("Product line"),
        required=False,
        empty_label=pgettext_lazy("product line of an import", "The first one"),
        help_text=_("For which the owner looks after them."),
    )
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.none(),
        label=_("Tags for every company in the file"),
        required=False,
        help_text=_("Several may be chosen. What a column “Tags” names is given as well."),
    )
    source = forms.CharField(
        label=_("Where the list comes from"), max_length=80, help_text=_("For example: company register, May.")
    )

    def __init__(self, data: Any = None, *, run: PeopleImport, by: Staff) -> None:  # noqa: ARG002  # as the other
        super().__init__(data, initial={"known": run.known, "source": run.source})
        keepers = Staff.objects.filter(pk__in=[one.pk for one in who_may_look_after()]).order_by("sort_key", "pk")
        self.fields["owner"].queryset = keepers  # type: ignore[attr-defined]  # a model choice
        self.fields["owner"].label_from_instance = lambda one: one.full_name  # type: ignore[attr-defined]  # as above
        self.fields["product_line"].queryset = ProductLine.objects.on_offer().in_order()  # type: ignore[attr-defined]  # as above
        self.fields["product_line"].label_from_instance = lambda one: one.name  # type: ignore[attr-defined]  # as above
        _offer_tags(self, run)

    def policy(self, run: PeopleImport) -> Policy:
        """The policy that was entered."""
        given = self.cleaned_data
        return Policy(
            known=PeopleImport.Known(given["known"]),
            owner=given["owner"],
            product_line=given["product_line"],
            channel=run.channel,
            source=given["source"],
            tags=list(given.get("tags", ())),
        )


def policy_form(data: Any, *, run: PeopleImport, by: Staff) -> PolicyForm | CompanyPolicyForm:
    """The form of the rules for what an import tells of."""
    form = PolicyForm if run.kind == PeopleImport.Kind.PEOPLE else CompanyPolicyForm
    return form(data, run=run, by=by)


def _offer_tags(form: forms.Form, run: PeopleImport) -> None:
    offered = tags_for(run.kind)
    form.fields["tags"].queryset = offered  # type: ignore[attr-defined]  # a model choice
    form.fields["tags"].label_from_instance = lambda one: f"{one.group.name}: {one.name}"  # type: ignore[attr-defined]  # as above
    if not offered.exists():
        del form.fields["tags"]


def teams_of(by: Staff) -> Any:
    """The teams that somebody may import leads for: the own one and those below it; all, for who sees everything."""
    if by.data_scope == "all" or by.team is None:
        return Team.objects.order_by("path")
    return Team.objects.filter(path__startswith=by.team.path).order_by("path")


def scopes_of(by: Staff) -> Any:
    """The parts of the business that somebody works in."""
    own = by.scopes.all()
    return own.order_by("pk") if own.exists() else BusinessScope.objects.order_by("pk")
