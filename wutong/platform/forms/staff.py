"""Forms about colleagues and teams."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wutong.platform.models import BusinessScope, DataScope, Role, Staff, Team


class TeamField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no parameter at run time
    """A team by its public id, indented as the tree stands."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Team.objects.order_by("path"), to_field_name="public_id", **kwargs)

    def label_from_instance(self, obj: Team) -> str:
        return f"{'　' * (obj.path.count('/') - 2)}{obj.name}"


class RightsForm(forms.Form):
    """What a colleague is called, may do and sees."""

    full_name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    team = TeamField(label=_("Team"), required=False)
    data_scope = forms.ChoiceField(
        label=_("Sees"),
        choices=DataScope.choices,
        help_text=_("Own: what is assigned to them and what waits unassigned in the team."),
    )
    scopes = forms.ModelMultipleChoiceField(
        label=_("Only these parts of the business"),
        queryset=BusinessScope.objects.order_by("name"),
        required=False,
        help_text=_("None chosen: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes: QuerySet[BusinessScope] = self.fields["scopes"].queryset  # type: ignore[attr-defined]  # a choice field
        self.fields["scopes"].label_from_instance = lambda scope: scope.name  # type: ignore[attr-defined]  # the same
        if len(scopes) < 2:
            del self.fields["scopes"]  # nothing to choose in a company of one part

    @classmethod
    def initial_of(cls, staff: Staff) -> dict[str, Any]:
        return {
            "full_name": staff.full_name,
            "role": staff.role,
            "team": staff.team.public_id if staff.team else None,
            "data_scope": staff.data_scope,
            "scopes": list(staff.scopes.all()),
            "language": staff.language,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("data_scope") in (DataScope.TEAM, DataScope.TREE) and cleaned.get("team") is None:
            self.add_error("team", ValidationError(_("To see a team's data a colleague must stand in a team.")))
        cleaned.setdefault("scopes", [])
        return cleaned


class InviteForm(RightsForm):
    email = forms.EmailField(label=_("E-mail"))
    field_order = ("email", "full_name", "role", "team", "data_scope", "scopes", "language")


class StaffFilterForm(forms.Form):
    """The conditions of the staff list, as they stand in the address."""

    q = forms.CharField(required=False, max_length=80)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices])
    team = TeamField(label=_("Team"), required=False, empty_label=_("All teams"))
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", pgettext_lazy("state of an account", "Active")),
            ("invited", pgettext_lazy("state of an account", "Invited")),
            ("deactivated", pgettext_lazy("state of an account", "Deactivated")),
            ("all", pgettext_lazy("state of an account", "All")),
        ],
    )


class NewTeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    parent = TeamField(label=_("Below"), empty_label=None)


class TeamForm(forms.Form):
    """Another name, another place, or both."""

    name = forms.CharField(label=_("Name"), max_length=80)
    parent = TeamField(label=_("Below"), required=False, empty_label=pgettext_lazy("team", "Topmost"))
