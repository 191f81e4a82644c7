from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "wutong.privacy"
    label = "privacy"

    def ready(self) -> None:
        from wutong.lifecycle.panels import register_person
        from wutong.people import reassign
        from wutong.platform import retention
        from wutong.platform.audit_labels import register_actions, register_subjects
        from wutong.privacy.cards import consents_of_person
        from wutong.privacy.held import register_holdings
        from wutong.privacy.models import SubjectRequest

        register_holdings()
        register_person("privacy/_person_consents.html", consents_of_person)
        reassign.register(SubjectRequest)
        retention.register_kept(
            "privacy_subjectrequest", because="the register shows that people were answered, and in time"
        )
        retention.register_kept("privacy_erasure", because="a certificate names nobody and proves that we erased")
        retention.register_kept("privacy_privacysettings", because="settings; they do not grow with what happens")
        register_subjects(
            {
                "subjectrequest": _("Request about personal information"),
                "privacysettings": _("Settings of personal information"),
                "erasure": _("Erasure"),
            }
        )
        register_actions(
            {
                "privacy.consent_recorded": _("Recorded a consent or a withdrawal"),
                "privacy.link_made": _("Made a link to somebody's page of preferences"),
                "privacy.preferences_saved": _("Somebody changed their preferences by their link"),
                "privacy.everything_withdrawn": _("Somebody withdrew every consent"),
                "privacy.request_taken_in": _("Took in a request about personal information"),
                "privacy.request_arrived": _("A request about personal information arrived by a link"),
                "privacy.request_taken_over": _("Took over a request about personal information"),
                "privacy.request_closed": _("Answered a request about personal information"),
                "privacy.copy_made": _("Took a copy of everything held about a person"),
                "privacy.erasure_asked": _("Ordered the erasure of a person"),
                "privacy.erased": _("Erased a person"),
                "privacy.settings_changed": _("Changed the settings of personal information"),
            }
        )
