from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LifecycleConfig(AppConfig):
    name = "wutong.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from wutong.lifecycle import field_cards, person_files
        from wutong.lifecycle.account_team import keep_owners
        from wutong.lifecycle.held import register_holdings
        from wutong.lifecycle.in_hand import IN_HAND
        from wutong.lifecycle.models import (
            AccountCollaborator,
            AccountOwner,
            Contract,
            FollowUp,
            Lead,
            PersonFile,
            StageVisit,
        )
        from wutong.lifecycle.panels import Place, register_lead, register_person
        from wutong.lifecycle.people_list import parameters_for
        from wutong.lifecycle.reach import redo_reach
        from wutong.lifecycle.tag_rules import register_language
        from wutong.lifecycle.tag_rules_of_people import PEOPLE
        from wutong.lifecycle.views import access, asked, tags
        from wutong.people import account_merge, facts, people_to_tag, reassign
        from wutong.people.models import TagGroup
        from wutong.platform import files, in_hand, retention
        from wutong.platform.audit_labels import register_actions, register_subjects
        from wutong.platform.organisation import register_amounts
        from wutong.platform.saved_views import register_list

        register_holdings()
        register_amounts(Contract.objects.exists)
        for model in (Lead, StageVisit, FollowUp, Contract, PersonFile):
            reassign.register(model)
        reassign.follow(redo_reach)
        reassign.follow(people_to_tag.look_again)
        facts.follow(people_to_tag.look_again)
        register_language(TagGroup.About.PERSON, PEOPLE)
        for kind in IN_HAND:
            in_hand.register(kind)
        register_list(code="people", url_name="lifecycle:people", right="people.read", names=parameters_for)
        register_list(
            code="inbox", url_name="lifecycle:inbox", right="leads.work", names=lambda _staff: asked.PARAMETERS
        )
        register_person("lifecycle/_custom_fields.html", field_cards.card_of_person, place=Place.FACTS)
        register_lead("lifecycle/_custom_fields.html", field_cards.card_of_lead)
        register_person("lifecycle/_tags.html", tags.card_of_person, place=Place.FACTS)
        register_lead("lifecycle/_tags.html", tags.card_of_lead)
        register_person("lifecycle/_collaborators.html", access.card)
        register_person("lifecycle/_person_files.html", person_files.card_of_person)
        files.readers_of(person_files.files_of_people)
        account_merge.guard(keep_owners)
        account_merge.register(Lead, pgettext_lazy("navigation", "Leads"))
        account_merge.register(Contract, _("Contracts"))
        account_merge.register(AccountOwner, _("Owners"), alone="product_line")
        account_merge.register(AccountCollaborator, _("Collaborators"), alone="staff")
        retention.register_kept("lifecycle_personfile", because="it belongs to a person and goes with them")
        for name in ("accountowner", "accountcollaborator"):
            retention.register_kept(
                f"lifecycle_{name}", because="who looks after a company; a row goes when it is shared no more"
            )
        for name in ("lead", "stagevisit", "followup", "clock", "handover", "qualification", "contract"):
            retention.register_kept(
                f"lifecycle_{name}", because="the history of a lead is what its figures are computed from"
            )
        for name in ("assignment", "escalation"):
            retention.register_kept(f"lifecycle_{name}", because="why a lead went where it went is part of its history")
        for name in ("assignmentrule", "duty", "timelimits"):
            retention.register_kept(f"lifecycle_{name}", because="settings; they do not grow with what happens")
        register_subjects(
            {
                "lead": _("Lead"),
                "contract": _("Contract"),
                "productline": _("Product line"),
                "assignmentrule": _("Assignment rule"),
                "timelimits": _("Time limits"),
            }
        )
        register_actions(
            {
                "lifecycle.first_contact_recorded": _("Recorded a first contact"),
                "lifecycle.lead_moved": _("Moved a lead to another stage"),
                "lifecycle.follow_up_recorded": _("Recorded a follow-up"),
                "lifecycle.contact_status_set": _("Set a contact status"),
                "lifecycle.next_step_planned": _("Planned the next step with a lead"),
                "lifecycle.plan_restored": _("Took back a plan or a contact status"),
                "lifecycle.own_status_added": _("Added a contact status"),
                "lifecycle.own_status_changed": _("Changed a contact status"),
                "lifecycle.lead_handed_over": _("Handed a lead over to sales"),
                "lifecycle.lead_accepted": _("Accepted a lead"),
                "lifecycle.lead_returned": _("Returned a lead"),
                "lifecycle.lead_qualified": _("Confirmed a lead as SQL"),
                "lifecycle.bant_noted": _("Noted budget, authority, need or timing"),
                "lifecycle.lead_assigned": _("Gave a lead to a colleague"),
                "lifecycle.account_given": _("Gave a company to a colleague"),
                "lifecycle.account_shared": _("Shared a company with a colleague"),
                "lifecycle.account_unshared": _("Ended the sharing of a company"),
                "routing.rule_added": _("Added an assignment rule"),
                "routing.rule_changed": _("Changed an assignment rule"),
                "routing.rule_moved": _("Moved an assignment rule"),
                "routing.rule_switched": _("Switched an assignment rule on or off"),
                "routing.rule_dropped": _("Removed an assignment rule"),
                "routing.duty_switched": _("Switched a colleague on or off duty"),
                "routing.time_limits_changed": _("Changed the time limits"),
                "lifecycle.contract_moved": _("Moved a contract to another stage"),
                "lifecycle.contract_handed": _("Gave a contract to a colleague"),
                "lifecycle.contract_renewed": _("Renewed a contract"),
                "lifecycle.product_line_added": _("Added a product line"),
                "lifecycle.product_line_renamed": _("Renamed a product line"),
                "lifecycle.product_line_moved": _("Moved a product line"),
                "lifecycle.product_line_retired": _("Retired a product line"),
                "lifecycle.product_line_restored": _("Restored a product line"),
            }
        )
