from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifecycleConfig(AppConfig):
    name = "wutong.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from wutong.lifecycle.models import Contract, FollowUp, Lead, StageVisit
        from wutong.lifecycle.reach import redo_reach
        from wutong.people import reassign
        from wutong.platform import retention
        from wutong.platform.audit_labels import register_actions, register_subjects

        for model in (Lead, StageVisit, FollowUp, Contract):
            reassign.register(model)
        reassign.follow(redo_reach)
        for name in ("lead", "stagevisit", "followup", "clock", "handover", "qualification", "contract"):
            retention.register_kept(
                f"lifecycle_{name}", because="the history of a lead is what its figures are computed from"
            )
        register_subjects({"lead": _("Lead"), "contract": _("Contract")})
        register_actions(
            {
                "lifecycle.first_contact_recorded": _("Recorded a first contact"),
                "lifecycle.lead_moved": _("Moved a lead to another stage"),
                "lifecycle.follow_up_recorded": _("Recorded a follow-up"),
                "lifecycle.contact_status_set": _("Set a contact status"),
                "lifecycle.lead_handed_over": _("Handed a lead over to sales"),
                "lifecycle.lead_accepted": _("Accepted a lead"),
                "lifecycle.lead_returned": _("Returned a lead"),
                "lifecycle.lead_qualified": _("Confirmed a lead as SQL"),
                "lifecycle.bant_noted": _("Noted budget, authority, need or timing"),
                "lifecycle.contract_moved": _("Moved a contract to another stage"),
                "lifecycle.contract_handed": _("Gave a contract to a colleague"),
                "lifecycle.contract_renewed": _("Renewed a contract"),
            }
        )
