from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntryConfig(AppConfig):
    name = "wutong.entry"
    label = "entry"

    def ready(self) -> None:
        from wutong.entry.leads import names_of_colleagues
        from wutong.people.sources import name_sources_of
        from wutong.platform.audit_labels import register_actions

        name_sources_of("staff", names_of_colleagues)
        register_actions({"entry.lead_entered": _("Entered a lead"), "entry.company_entered": _("Entered a company")})
