from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PeopleConfig(AppConfig):
    name = "wutong.people"
    label = "people"

    def ready(self) -> None:
        from wutong.people import account_merge, custom_values, facts
        from wutong.people.doubles import compare_again
        from wutong.people.held import register_holdings
        from wutong.people.models import (
            Account,
            AccountAlias,
            AccountDomain,
            AccountFact,
            AccountTag,
            AccountTagKeptOff,
            Affiliation,
            Consent,
            ConsentStanding,
            CustomField,
            FieldValue,
            OwnMark,
            PersonCollaborator,
            PersonTag,
            PersonTagKeptOff,
            TagToTell,
        )
        from wutong.people.own import redo_own
        from wutong.people.reassign import follow, register
        from wutong.platform import retention
        from wutong.platform.audit_labels import register_actions, register_subjects
        from wutong.platform.organisation import register_amounts

        register_holdings()
        register_amounts(CustomField.objects.filter(kind=CustomField.Kind.MONEY).exists)
        for model in (FieldValue, Affiliation, Consent, ConsentStanding, OwnMark, PersonCollaborator):
            register(model)
        register(PersonTag)
        register(PersonTagKeptOff)
        register(TagToTell)
        account_merge.register(Affiliation, _("People"), alone="subject")
        account_merge.register(Account, _("Subsidiaries"), field_name="parent")
        account_merge.register(AccountAlias, _("Other names"))
        account_merge.register(AccountDomain, _("E-mail domains"), alone="domain")
        account_merge.register(AccountFact, _("Facts with their source"))
        account_merge.register(AccountTag, pgettext_lazy("companies", "Tags"), alone="tag")
        account_merge.register(AccountTagKeptOff, _("Tags that were taken off"), alone="tag")
        follow(redo_own)  # before all others: sums are redone for the market only
        follow(compare_again)
        facts.follow(compare_again)
        follow(custom_values.follow_people)
        facts.follow(custom_values.restate_people)
        account_merge.follow(custom_values.follow_accounts)
        for name in ("observation", "identitylink", "identitychange", "identitydecision", "refusedlink"):
            table = f"people_{name}"
            retention.register_kept(table, because="who is who is computed from it; erasing a person takes it away")
        for table in ("people_fieldvalue", "people_affiliation", "people_consent", "people_consentstanding"):
            retention.register_kept(table, because="statements and decisions stay with their person and go with them")
        retention.register("people_identitymove", "moved_at", timedelta(days=400))
        retention.register_kept("people_consenttext", because="what people were shown proves what they agreed to")
        for table in ("people_blockedvalue", "people_identityrules"):
            retention.register_kept(table, because="settings; they do not grow with what happens")
        for name in ("probablematch", "matchkey", "persontocompare"):
            retention.register_kept(f"people_{name}", because="worked out anew from what is known of its people")
        for name in ("personcustomvalue", "accountcustomvalue"):
            retention.register_kept(f"people_{name}", because="worked out anew from what is known, and goes with it")
        for name in ("customfield", "customoption"):
            retention.register_kept(f"people_{name}", because="settings; they do not grow with what happens")
        retention.register_kept("people_putaside", because="what a colleague has said is not asked again")
        retention.register_kept("people_accountcandidate", because="doubts about a company go with it")
        for name in ("accountalias", "accountdomain", "accountfact", "accountmerge", "accountmove"):
            retention.register_kept(f"people_{name}", because="what is known of a company stays as long as it does")
        for table in ("people_person", "people_identifier", "people_account"):
            retention.register_kept(table, because="people and companies stay until somebody erases them")
        for table in ("people_ownmark", "people_ownrule"):
            retention.register_kept(table, because="figures leave these people out for as long as it stands")
        for name in ("persontag", "accounttag"):
            retention.register_kept(f"people_{name}", because="a tag stays until somebody or a rule takes it off")
        for name in ("persontagkeptoff", "accounttagkeptoff"):
            retention.register_kept(f"people_{name}", because="a rule does not give again what a colleague took off")
        retention.register("people_tagtotell", "at", timedelta(days=90))
        retention.register_kept("people_persontotag", because="worked off by the rules of tags every minute")
        for name in ("taggroup", "tag", "tagmirror", "tagrule"):
            retention.register_kept(f"people_{name}", because="settings; they do not grow with what happens")
        retention.register_kept("people_personcollaborator", because="who was let in stays so until taken back")
        retention.register("people_ownlink", "expires_at", timedelta(days=1))
        register_subjects(
            {
                "person": _("Person"),
                "tag": _("Tag"),
                "taggroup": _("Group of tags"),
                "customfield": _("Custom field"),
                "ownrule": _("Rule about own people"),
                "account": pgettext_lazy("company", "Account"),
                "blockedvalue": _("Blocked value"),
                "identityrules": _("Rules about who is who"),
            }
        )
        register_actions(
            {
                "people.identifier_revealed": _("Looked at a telephone number or e-mail address in full"),
                "people.credit_code_revealed": _("Looked at the credit code of a company in full"),
                "tags.group_added": _("Added a group of tags"),
                "tags.tag_added": _("Added a tag"),
                "tags.tag_renamed": _("Renamed a tag"),
                "tags.tag_retired": _("Retired a tag"),
                "tags.tag_restored": _("Restored a tag"),
                "tags.rule_set": _("Set the rule of a tag"),
                "tags.rule_paused": _("Paused the rule of a tag"),
                "tags.rule_resumed": _("Let the rule of a tag go on"),
                "tags.rule_removed": _("Removed the rule of a tag"),
                "fields.added": _("Added a custom field"),
                "fields.changed": _("Changed a custom field"),
                "fields.retired": _("Retired a custom field"),
                "fields.restored": _("Restored a custom field"),
                "fields.moved": _("Moved a custom field up or down"),
                "fields.option_added": _("Added an answer to a custom field"),
                "fields.option_changed": _("Renamed an answer of a custom field"),
                "fields.option_retired": _("Retired an answer of a custom field"),
                "fields.option_restored": _("Restored an answer of a custom field"),
                "fields.option_moved": _("Moved an answer of a custom field up or down"),
                "people.facts_corrected": _("Corrected what is known of a person"),
                "people.file_added": _("Put a file with a person"),
                "people.file_removed": _("Took a file away from a person"),
                "people.fields_set": _("Filled in custom fields of a person"),
                "people.account_fields_set": _("Filled in custom fields of a company"),
                "people.tag_added": _("Tagged a person"),
                "people.tag_removed": _("Took a tag off a person"),
                "people.account_tag_added": _("Tagged a company"),
                "people.account_tag_removed": _("Took a tag off a company"),
                "people.collaborator_added": _("Let a colleague work on a person"),
                "people.collaborator_removed": _("Took a colleague off a person"),
                "people.account_changed": _("Corrected what is known of a company"),
                "people.account_confirmed": _("Confirmed a company"),
                "people.account_parent_set": _("Put a company into a group, or out of one"),
                "people.accounts_merged": _("Merged two companies"),
                "people.accounts_unmerged": _("Took two merged companies apart again"),
                "people.marked_own": _("Marked a person as one of our own"),
                "people.marked_market": _("Marked a person as none of our own"),
                "people.own_rule_added": _("Added a rule about own people"),
                "people.own_rule_removed": _("Removed a rule about own people"),
                "people.own_link_made": _("Made a link that marks a browser as our own"),
                "people.merged": _("Merged two people"),
                "people.told_apart": _("Said that two people are not the same"),
                "people.unmerged": _("Took identifiers out of a person"),
                "people.decision_withdrawn": _("Took back a decision about who is who"),
                "people.value_blocked": _("Blocked a value from linking people"),
                "people.value_unblocked": _("Let a blocked value link people again"),
                "people.largest_person_set": _("Set how many identifiers a person may have"),
            }
        )
