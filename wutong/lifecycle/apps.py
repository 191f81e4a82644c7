from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifecycleConfig(AppConfig):
    name = "wutong.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from wutong.lifecycle.models import FollowUp, Lead, StageVisit
        from wutong.lifecycle.reach import redo_reach
        from wutong.people import reassign
        from wutong.platform import retention
        from wutong.platform.audit_labels import register_actions, register_subjects

        for model in (Lead, StageVisit, FollowUp):
            reassign.register(model)
        reassign.follow(redo_reach)
        for table in ("lifecycle_lead", "lifecycle_stagevisit", "lifecycle_followup", "lifecycle_clock"):
            retention.register_kept(table, because="the history of a lead is what its figures are computed from")
        register_subjects({"lead": _("Lead")})
        register_actions(
            {
                "lifecycle.first_contact_recorded": _("Recorded a first contact"),
                "lifecycle.lead_moved": _("Moved a lead to another stage"),
                "lifecycle.follow_up_recorded": _("Recorded a follow-up"),
            }
        )
