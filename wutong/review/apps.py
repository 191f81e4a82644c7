from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "wutong.review"
    label = "review"

    def ready(self) -> None:
        from wutong.lifecycle.panels import register_person
        from wutong.platform.audit_labels import register_actions
        from wutong.review.history import history_of

        register_person("review/_person_history.html", history_of)
        register_actions(
            {
                "review.put_off": _("Put a doubt about who is who off"),
                "review.companies_told_apart": _("Said that two companies are not the same"),
                "review.put_aside_withdrawn": _("Took a word about a doubt back"),
            }
        )
