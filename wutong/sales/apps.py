from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SalesConfig(AppConfig):
    name = "wutong.sales"
    label = "sales"

    def ready(self) -> None:
        from wutong.lifecycle.models.let_in import register_letting_in
        from wutong.lifecycle.panels import Place, register_home, register_lead, register_person
        from wutong.lifecycle.reasons import register_deal_reasons
        from wutong.lifecycle.tag_rules import register_language
        from wutong.people import account_merge, reassign
        from wutong.people.models import TagGroup
        from wutong.platform import files, in_hand, retention
        from wutong.platform.audit_labels import register_actions, register_subjects
        from wutong.platform.organisation import register_amounts
        from wutong.platform.saved_views import register_list
        from wutong.sales import collisions, contract_list, deal_list
        from wutong.sales.account_files import files_of_accounts
        from wutong.sales.accounts import parameters_for, redo_names_of_deals
        from wutong.sales.cards import deals_of_lead, deals_of_person, next_steps_of
        from wutong.sales.deal_rules import REASONS
        from wutong.sales.deal_team import LETTING_IN, SHARED_DEALS
        from wutong.sales.held import register_holdings
        from wutong.sales.in_hand import DEALS
        from wutong.sales.models import AccountFile, AccountWish, Opportunity, OpportunityPerson, OpportunityStage
        from wutong.sales.tag_rules_of_companies import COMPANIES

        in_hand.register(DEALS)
        in_hand.register(SHARED_DEALS)
        register_letting_in(LETTING_IN)
        register_language(TagGroup.About.ACCOUNT, COMPANIES)
        register_list(code="accounts", url_name="sales:accounts", right="people.read", names=parameters_for)
        register_list(
            code="opportunities",
            url_name="sales:opportunities",
            right="deals.read",
            names=lambda _staff: deal_list.PARAMETERS,
        )
        register_list(
            code="contracts",
            url_name="sales:contracts",
            right="contracts.work",
            names=lambda _staff: contract_list.PARAMETERS,
        )
        register_list(
            code="collisions",
            url_name="sales:collisions",
            right="people.read",
            names=lambda _staff: collisions.PARAMETERS,
        )
        register_holdings()
        register_amounts(Opportunity.objects.exists)
        register_home("sales/_home_next_steps.html", next_steps_of)
        register_person("sales/_person_deals.html", deals_of_person, place=Place.WORK)
        register_lead("sales/_lead_deals.html", deals_of_lead)
        # The leads of an invalid deal are lost: of these the deal's reason is either's.
        unhappy = {**REASONS[OpportunityStage.LOST], **REASONS[OpportunityStage.INVALID]}
        register_deal_reasons({stage.value: words for stage, words in REASONS.items()} | {"lost": unhappy})
        reassign.register(OpportunityPerson)
        account_merge.register(Opportunity, pgettext_lazy("navigation", "Opportunities"))
        account_merge.register(AccountFile, _("Files"))
        account_merge.register(AccountWish, _("Wishes of colleagues"))
        account_merge.follow(redo_names_of_deals)
        files.readers_of(files_of_accounts)
        for name in ("opportunity", "opportunitystay", "opportunityperson", "opportunitylead"):
            retention.register_kept(
                f"sales_{name}", because="the history of a deal is what its figures are computed from"
            )
        retention.register_kept("sales_opportunitycollaborator", because="who was let in stays so until taken back")
        for name in ("accountfile", "accountwish", "collision"):
            retention.register_kept(f"sales_{name}", because="it belongs to a company and goes with it")
        register_subjects({"opportunity": _("Opportunity")})
        register_actions(
            {
                "sales.account_asked_for": _("Asked for a company"),
                "sales.account_wish_decided": _("Decided who works on a company"),
                "sales.account_file_added": _("Put a file with a company"),
                "sales.account_file_removed": _("Took a file from a company"),
                "sales.member_named": _("Said who somebody is in a company"),
                "sales.member_left": _("Said that somebody is not with a company"),
                "sales.opportunity_opened": _("Opened an opportunity"),
                "sales.opportunity_changed": _("Changed an opportunity"),
                "sales.opportunity_shared": _("Let a colleague work on an opportunity"),
                "sales.opportunity_unshared": _("Took a colleague off an opportunity"),
                "sales.opportunity_handed": _("Gave an opportunity to a colleague"),
                "sales.opportunity_moved": _("Moved an opportunity to another stage"),
                "sales.opportunity_closed": _("Closed an opportunity"),
                "sales.company_named": _("Named the company of an opportunity"),
                "sales.lead_joined_opportunity": _("Let a lead feed an opportunity"),
                "sales.person_named": _("Named somebody's part in an opportunity"),
                "sales.person_removed": _("Took somebody out of an opportunity"),
            }
        )
