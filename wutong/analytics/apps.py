from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "wutong.analytics"
    label = "analytics"

    def ready(self) -> None:
        from wutong.analytics.leads.addresses import behind_first_contacts
        from wutong.lifecycle.panels import register_figures
        from wutong.platform.audit_labels import register_actions

        register_figures(behind_first_contacts)
        register_actions(
            {
                "analytics.funnel_exported": _("Exported the funnel"),
                "analytics.leads_exported": _("Exported the figures of leads"),
            }
        )
