"""The doors for a new form, and for what a form says around its questions."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wutong.content.editing import COMPANIES_MAX
from wutong.content.hosted.design import Design, Wording
from wutong.content.models import Form, of_sites_seen_by
from wutong.content.starters import STARTERS
from wutong.events.models import Site
from wutong.lifecycle.models import ProductLine
from wutong.lifecycle.product_lines import line_label
from wutong.platform.models import Staff


class SiteField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of websites, by their names."""

    def label_from_instance(self, obj: Site) -> str:
        return obj.name


class LineField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of product lines, by their names."""

    def label_from_instance(self, obj: ProductLine) -> str:
        return line_label(obj)


class NewForm(forms.Form):
    """What a form is begun from."""

    starter = forms.ChoiceField(label=gettext_lazy("Begin with"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("For colleagues; visitors do not see it.")
    )
    site = SiteField(label=gettext_lazy("Website"), queryset=Site.objects.none(), empty_label=None)

    def __init__(self, data: QueryDict | None, *, staff: Staff, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        starters = self.fields["starter"]
        if isinstance(starters, forms.ChoiceField):
            starters.choices = [(one.code, one.name) for one in STARTERS]
        sites = self.fields["site"]
        if isinstance(sites, forms.ModelChoiceField):
            sites.queryset = sites_of(staff)


class TextsForm(forms.Form):
    """What the page says around its questions, and where its leads belong."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("For colleagues; visitors do not see it.")
    )
    product_line = LineField(
        label=gettext_lazy("Product line of its leads"),
        queryset=ProductLine.objects.none(),
        required=False,
        empty_label=gettext_lazy("The first one"),
    )
    title = forms.CharField(label=gettext_lazy("Title, Chinese"), max_length=80, required=False)
    title_en = forms.CharField(label=gettext_lazy("Title, English"), max_length=80, required=False)
    intro = forms.CharField(
        label=gettext_lazy("Introduction, Chinese"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    intro_en = forms.CharField(
        label=gettext_lazy("Introduction, English"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    button = forms.CharField(label=gettext_lazy("Button, Chinese"), max_length=30, required=False)
    button_en = forms.CharField(label=gettext_lazy("Button, English"), max_length=30, required=False)
    consent_text = forms.CharField(
        label=gettext_lazy("Consent to be contacted, Chinese"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Without a text nothing is asked, and no consent is kept."),
    )
    consent_en = forms.CharField(
        label=gettext_lazy("Consent to be contacted, English"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_consent_required = forms.BooleanField(
        label=gettext_lazy("The form cannot be sent without this consent"), required=False
    )
    privacy_url = forms.URLField(
        label=gettext_lazy("Address of the privacy notice"), max_length=300, required=False, assume_scheme="https"
    )
    thanks = forms.CharField(
        label=gettext_lazy("Thanks, Chinese"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Web addresses in it become links: put the promised file here."),
    )
    thanks_en = forms.CharField(
        label=gettext_lazy("Thanks, English"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    thanks_url = forms.URLField(
        label=gettext_lazy("Or lead on to this page"), max_length=200, required=False, assume_scheme="https"
    )
    company_names = forms.CharField(
        label=gettext_lazy("Names suggested for the company"),
        required=False,
        max_length=COMPANIES_MAX * 121,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line. Anybody can read them, so never paste a list of customers."),
    )
    takes_own_markup = forms.BooleanField(
        label=gettext_lazy("Also take posts from pages of the website with markup of their own"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = self.fields["product_line"]
        if isinstance(lines, LineField):
            chosen = self.initial.get("product_line")
            lines.queryset = ProductLine.objects.to_choose(besides=[chosen] if chosen else [])

    def clean_company_names(self) -> list[str]:
        names = list(dict.fromkeys(line.strip() for line in self.cleaned_data["company_names"].splitlines()))
        names = [name for name in names if name]
        if len(names) > COMPANIES_MAX or any(len(name) > 120 for name in names):
            raise forms.ValidationError(
                _("At most %(most)d names of at most 120 characters.") % {"most": COMPANIES_MAX}
            )
        return names

    def as_wording(self) -> Wording:
        """What was written; only of a valid form."""
        return Wording(**{name: self.cleaned_data[name] for name in Wording.__struct_fields__})


def initial_texts(form: Form, design: Design) -> dict[str, Any]:
    """How the form stands now, as :class:`TextsForm` shows it."""
    wording = {name: getattr(design.wording, name) for name in Wording.__struct_fields__}
    return wording | {
        "name": form.name,
        "product_line": form.product_line_id,
        "consent_text": design.consent_text,
        "is_consent_required": design.is_consent_required,
        "thanks_url": design.thanks_url,
        "company_names": "\n".join(design.company_names),
        "takes_own_markup": form.takes_own_markup,
    }


def sites_of(staff: Staff) -> QuerySet[Site]:
    """The websites on which a colleague may put a form."""
    return Site.objects.filter(of_sites_seen_by(staff, site=""), is_active=True).order_by("id")
