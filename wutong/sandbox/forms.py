"""Forms about the demo itself."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EndForm(forms.Form):
    """Whoever deletes the demo types its name, so that nobody does it by a slip."""

    name = forms.CharField(label=_("Name of the company"), max_length=120, strip=True)

    def __init__(self, *args: object, name: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what Django's forms take
        self._expected = name
        self.fields["name"].help_text = _("Type it as it stands here: %(name)s") % {"name": name}
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self._expected:
            raise forms.ValidationError(_("That is not the company's name. Nothing was deleted."))
        return name
