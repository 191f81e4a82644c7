from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "wutong.api"
    label = "api"

    def ready(self) -> None:
        from wutong.api.keys import key_names
        from wutong.people.sources import name_sources_of
        from wutong.platform.audit_labels import register_actions

        name_sources_of("api", key_names)
        register_actions(
            {
                "api.lead_sent": _("Sent in a lead"),
                "api.consent_recorded": _("Recorded what somebody allows or refuses"),
                "api.doubt_decided": _("Decided a doubt about who is who"),
                "api.person_revealed": _("Read telephone numbers and e-mail addresses in full"),
                "api.credit_codes_revealed": _("Read credit codes of companies in full"),
            }
        )
