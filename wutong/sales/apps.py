from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SalesConfig(AppConfig):
    name = "wutong.sales"
    label = "sales"

    def ready(self) -> None:
        from wutong.lifecycle.panels import register_home, register_lead, register_person
        from wutong.lifecycle.reasons import register_deal_reasons
        from wutong.people import account_merge, reassign
        from wutong.platform import holdings, retention
        from wutong.platform.audit_labels import register_actions, register_subjects
        from wutong.sales.accounts import redo_names_of_deals
        from wutong.sales.cards import deals_of_lead, deals_of_person, next_steps_of
        from wutong.sales.holdings import DEALS
        from wutong.sales.models import Opportunity, OpportunityPerson, OpportunityStage
        from wutong.sales.opportunities import REASONS

        holdings.register(DEALS)
        register_home("sales/_home_next_steps.html", next_steps_of)
        register_person("sales/_person_deals.html", deals_of_person)
        register_lead("sales/_lead_deals.html", deals_of_lead)
        # The leads of an invalid deal are lost: of these the deal's reason is either's.
        unhappy = {**REASONS[OpportunityStage.LOST], **REASONS[OpportunityStage.INVALID]}
        register_deal_reasons({stage.value: words for stage, words in REASONS.items()} | {"lost": unhappy})
        reassign.register(OpportunityPerson)
        account_merge.register(Opportunity, pgettext_lazy("navigation", "Opportunities"))
        account_merge.follow(redo_names_of_deals)
        for name in ("opportunity", "opportunitystay", "opportunityperson", "opportunitylead"):
            retention.register_kept(
                f"sales_{name}", because="the history of a deal is what its figures are computed from"
            )
        register_subjects({"opportunity": _("Opportunity")})
        register_actions(
            {
                "sales.opportunity_opened": _("Opened an opportunity"),
                "sales.opportunity_changed": _("Changed an opportunity"),
                "sales.opportunity_handed": _("Gave an opportunity to a colleague"),
                "sales.opportunity_moved": _("Moved an opportunity to another stage"),
                "sales.opportunity_closed": _("Closed an opportunity"),
                "sales.company_named": _("Named the company of an opportunity"),
                "sales.lead_joined_opportunity": _("Let a lead feed an opportunity"),
                "sales.person_named": _("Named somebody's part in an opportunity"),
                "sales.person_removed": _("Took somebody out of an opportunity"),
            }
        )
