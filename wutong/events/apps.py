from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "wutong.events"
    label = "events"

    def ready(self) -> None:
        from wutong.events.held import register_holdings
        from wutong.events.models import Event
        from wutong.people.reassign import register
        from wutong.platform import retention
        from wutong.platform.audit_labels import register_actions, register_subjects

        register_holdings()
        register(Event)
        retention.register_kept(
            "event", because="months that the lake holds are dropped whole after 400 days, see events.lake.retire"
        )
        register_subjects({"site": _("Website")})
        register_actions(
            {
                "events.site_added": _("Added a website"),
                "events.site_changed": _("Changed a website"),
                "events.server_key_issued": _("Made a server key for a website"),
            }
        )
