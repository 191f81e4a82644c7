"""Every route of the product, by what it opens.

Whoever adds a route adds it here: to :data:`OBJECTS` with the way to an object of a team, else to one of the lists of
routes that have none. A route in no list fails the test.
"""

import uuid
from collections.abc import Callable

from django.urls import reverse

from tests.cast import (
    LATELY,
)
from tests.scope.world import ITS_BEGINNING, World
from wutong.lifecycle.models import AssignmentRule
from wutong.platform.secrets import sign
from wutong.sales.duplicates import ASK
from wutong.scoring.definition import as_json
from wutong.scoring.models import ScoreModel
from wutong.scoring.shipped import SHIPPED


def draft() -> uuid.UUID:
    """A draft of a scoring model by which everybody's grade would change, so that its preview has examples to show."""
    definition = as_json(SHIPPED) | {"fit_from": [99, 98, 97], "behaviour_from": [9, 8, 7]}
    given = {"version": 2, "definition": definition, "created_at": LATELY}
    return ScoreModel.objects.get_or_create(product_line="", state="draft", defaults=given)[0].public_id


def assignment_rule() -> uuid.UUID:
    """A rule that takes every lead."""
    given = {"own_name": "All", "target": "round_robin"}
    return AssignmentRule.objects.get_or_create(position=1, defaults=given)[0].public_id


OBJECTS: dict[str, Callable[[World], str]] = {
    "lifecycle:work": lambda world: reverse("lifecycle:work", args=[world.lead.public_id]),
    "lifecycle:follow_up": lambda world: reverse("lifecycle:follow_up", args=[world.lead.public_id]),
    **{
        f"lifecycle:{act}": lambda world, act=act: reverse(f"lifecycle:{act}", args=[world.lead.public_id])
        for act in (
            "move",
            "assign",
            "bant",
            "contact_status",
            "next_step",
            "hand_over",
            "accept",
            "give_back",
            "qualify",
        )
    },
    "sales:open": lambda world: reverse("sales:open", args=[world.lead.public_id]),
    "lifecycle:undo": lambda world: reverse("lifecycle:undo", args=[world.lead.public_id, world.undo_token]),
    "lifecycle:person": lambda world: reverse("lifecycle:person", args=[world.person.public_id]),
    "lifecycle:person_rest": lambda world: reverse("lifecycle:person_rest", args=[world.person.public_id]),
    "lifecycle:compose": lambda world: reverse("lifecycle:compose", args=[world.person.public_id]),
    "lifecycle:person_own": lambda world: reverse("lifecycle:person_own", args=[world.person.public_id]),
    "lifecycle:person_facts": lambda world: reverse("lifecycle:person_facts", args=[world.person.public_id]),
    "lifecycle:person_file": lambda world: reverse("lifecycle:person_file", args=[world.person.public_id]),
    "lifecycle:person_file_remove": lambda world: reverse(
        "lifecycle:person_file_remove", args=[world.person.public_id]
    ),
    "lifecycle:person_fields": lambda world: reverse("lifecycle:person_fields", args=[world.person.public_id]),
    "sales:account_fields": lambda world: reverse("sales:account_fields", args=[world.deal.account.public_id]),
    "lifecycle:person_tag": lambda world: reverse("lifecycle:person_tag", args=[world.person.public_id]),
    "lifecycle:person_untag": lambda world: reverse(
        "lifecycle:person_untag", args=[world.person.public_id, uuid.uuid4()]
    ),
    "sales:account_tag": lambda world: reverse("sales:account_tag", args=[world.deal.account.public_id]),
    "sales:account_untag": lambda world: reverse(
        "sales:account_untag", args=[world.deal.account.public_id, uuid.uuid4()]
    ),
    "lifecycle:lead_access": lambda world: reverse("lifecycle:lead_access", args=[world.lead.public_id]),
    "sales:deal_share": lambda world: reverse("sales:deal_share", args=[world.deal.public_id]),
    "sales:deal_unshare": lambda world: reverse("sales:deal_unshare", args=[world.deal.public_id]),
    "sales:access": lambda world: reverse("sales:access", args=[world.deal.public_id]),
    "sales:contract_access": lambda world: reverse("sales:contract_access", args=[world.contract.public_id]),
    "sales:account_access": lambda world: reverse("sales:account_access", args=[world.deal.account.public_id]),
    "lifecycle:person_access": lambda world: reverse("lifecycle:person_access", args=[world.person.public_id]),
    "lifecycle:collaborator_add": lambda world: reverse("lifecycle:collaborator_add", args=[world.person.public_id]),
    "lifecycle:collaborator_remove": lambda world: reverse(
        "lifecycle:collaborator_remove", args=[world.person.public_id, world.staff.pk]
    ),
    "lifecycle:timeline": lambda world: reverse("lifecycle:timeline", args=[world.person.public_id]),
    "lifecycle:reveal": lambda world: reverse("lifecycle:reveal", args=[world.person.public_id, world.reveal_token]),
    "privacy:consents": lambda world: reverse("privacy:consents", args=[world.person.public_id]),
    "privacy:link": lambda world: reverse("privacy:link", args=[world.person.public_id]),
    "privacy:copy": lambda world: reverse("privacy:copy", args=[world.person.public_id]),
    "privacy:erase": lambda world: reverse("privacy:erase", args=[world.person.public_id]),
    **{
        f"privacy:{act}": lambda world, act=act: reverse(f"privacy:{act}", args=[world.request.public_id])
        for act in ("request", "request_take", "request_close")
    },
    **{
        f"review:{act}": lambda world, act=act: reverse(f"review:{act}", args=[world.person.public_id] * 2)
        for act in ("merge_people", "people_apart", "people_later")
    },
    **{
        f"review:{act}": lambda world, act=act: reverse(f"review:{act}", args=[world.deal.account.public_id] * 2)
        for act in ("merge_companies", "companies_apart", "companies_later", "branch")
    },
    "review:undo_change": lambda world: reverse("review:undo_change", args=[world.person.public_id, 1]),
    "review:take_out": lambda world: reverse("review:take_out", args=[world.person.public_id]),
    **{
        f"exchange:import{act}": lambda world, act=act: reverse(
            f"exchange:import{act}", args=[world.imported.public_id]
        )
        for act in ("", "_progress", "_columns", "_reading", "_rules", "_rows", "_stop", "_undo", "_discard", "_errors")
    },
    "sales:opportunity": lambda world: reverse("sales:opportunity", args=[world.deal.public_id]),
    "sales:card": lambda world: reverse("sales:card", args=[world.deal.public_id]),
    "sales:move_card": lambda world: reverse("sales:move_card", args=[world.deal.public_id]),
    "sales:activity": lambda world: reverse("sales:activity", args=[world.deal.public_id]),
    "sales:change": lambda world: reverse("sales:change", args=[world.deal.public_id]),
    "sales:move": lambda world: reverse("sales:move", args=[world.deal.public_id]),
    "sales:close": lambda world: reverse("sales:close", args=[world.deal.public_id]),
    "sales:candidates": lambda world: reverse("sales:candidates", args=[world.deal.public_id]),
    "sales:name_part": lambda world: reverse("sales:name_part", args=[world.deal.public_id]),
    "sales:remove_part": lambda world: reverse("sales:remove_part", args=[world.deal.public_id]),
    "sales:feed": lambda world: reverse("sales:feed", args=[world.deal.public_id]),
    "sales:contract": lambda world: reverse("sales:contract", args=[world.contract.public_id]),
    "sales:contract_move": lambda world: reverse("sales:contract_move", args=[world.contract.public_id]),
    "sales:contract_renew": lambda world: reverse("sales:contract_renew", args=[world.contract.public_id]),
    "sales:contract_hand": lambda world: reverse("sales:contract_hand", args=[world.contract.public_id]),
    "sales:account": lambda world: reverse("sales:account", args=[world.deal.account.public_id]),
    "sales:account_activity": lambda world: reverse("sales:account_activity", args=[world.deal.account.public_id]),
    "sales:account_change": lambda world: reverse("sales:account_change", args=[world.deal.account.public_id]),
    **{
        f"sales:account_{act}": lambda world, act=act: reverse(
            f"sales:account_{act}", args=[world.deal.account.public_id]
        )
        for act in (
            "parent",
            "merge",
            "member",
            "member_end",
            "member_search",
            "give",
            "share",
            "unshare",
            "ask",
            "file",
            "file_remove",
        )
    },
    "sales:account_unmerge": lambda world: reverse(
        "sales:account_unmerge", args=[world.deal.account.public_id, uuid.uuid4()]
    ),
    "sales:account_wish": lambda _world: f"/accounts/wishes/{uuid.uuid4()}/",
    "sales:account_ask_unseen": lambda world: reverse(
        "sales:account_ask_unseen", args=[sign(ASK, world.deal.account.pk, at=LATELY)]
    ),
    "sales:account_code": lambda world: reverse("sales:account_code", args=[world.deal.account.public_id]),
    "sales:account_confirm": lambda world: reverse("sales:account_confirm", args=[world.deal.account.public_id]),
    "platform:notification_read": lambda world: reverse("platform:notification_read", args=[world.notice.pk]),
    "platform:notification_toast": lambda world: reverse("platform:notification_toast", args=[world.notice.pk]),
    "content:form_edit": lambda world: reverse("content:form_edit", args=[world.form.key]),
    "content:question_add": lambda world: reverse("content:question_add", args=[world.form.key]),
    "content:question": lambda world: reverse("content:question", args=[world.form.key, "name"]),
    "content:question_move": lambda world: reverse("content:question_move", args=[world.form.key, "name"]),
    "content:question_remove": lambda world: reverse("content:question_remove", args=[world.form.key, "name"]),
    "content:form_texts": lambda world: reverse("content:form_texts", args=[world.form.key]),
    "content:form_preview": lambda world: reverse("content:form_preview", args=[world.form.key]),
    "content:form_publish": lambda world: reverse("content:form_publish", args=[world.form.key]),
    "content:form_switch": lambda world: reverse("content:form_switch", args=[world.form.key]),
    "content:form_duplicate": lambda world: reverse("content:form_duplicate", args=[world.form.key]),
    "content:form_discard": lambda world: reverse("content:form_discard", args=[world.form.key]),
    "content:form_share": lambda world: reverse("content:form_share", args=[world.form.key]),
    "content:submissions": lambda world: reverse("content:submissions", args=[world.form.key]),
    "content:submissions_export": lambda world: reverse("content:submissions_export", args=[world.form.key]),
    "content:submission_release": lambda world: reverse(
        "content:submission_release", args=[world.form.key, world.held.pk]
    ),
}
"""Routes to an object of a team: out of scope they answer 404; the toast, asked for by a script, shows nothing."""

LISTS: dict[str, str] = {
    "lifecycle:home": "/?period=30d",
    "lifecycle:inbox": "/inbox/?view=all",
    "lifecycle:inbox_rows": "/inbox/rows/?view=all",
    "lifecycle:inbox_news": "/inbox/news/?view=all",
    "lifecycle:trial": "/settings/routing/trial/",
    "lifecycle:people": f"/people/?q={ITS_BEGINNING}&reach=everybody",
    "exchange:imports": "/imports/",
    "exchange:exports": "/exports/",
    "sales:opportunities": f"/opportunities/?q={ITS_BEGINNING}&stage=all",
    "sales:new": "/opportunities/new/",
    "entry:new_lead": f"/leads/new/?company={ITS_BEGINNING}",
    "entry:doubles": "/leads/new/doubles/",
    "entry:companies": "/leads/new/companies/",
    "entry:company": "/leads/new/company/",
    "entry:new_company": "/accounts/new/",
    "entry:company_doubles": "/accounts/new/doubles/",
    "sales:contracts": f"/contracts/?q={ITS_BEGINNING}&stage=all",
    "sales:accounts": f"/accounts/?q={ITS_BEGINNING}",
    "sales:accounts_similar": f"/accounts/similar/?q={ITS_BEGINNING}",
    "sales:accounts_transfer": "/accounts/transfer/",
    "sales:accounts_tag": "/accounts/tags/",
    "sales:accounts_field": "/accounts/fields/",
    "sales:collisions": "/accounts/collisions/",
    "review:review": "/review/",
    "review:undo_act": f"/review/undo/act/{uuid.uuid4()}/",
    "review:undo_merge": "/review/undo/merge/1/",
    "review:undo_aside": "/review/undo/aside/1/",
    "review:identity": "/settings/identity/",
    "review:identity_unblock": "/settings/identity/unblock/",
    "review:identity_size": "/settings/identity/size/",
    "lifecycle:own": "/settings/own/",
    "privacy:requests": "/privacy/requests/",
    "platform:notifications": "/notifications/",
    "platform:notifications_read": "/notifications/read/",
    "platform:notification_count": "/notifications/count/",
    "platform:notification_poll": "/notifications/poll/?after=0",
    "lifecycle:tag_chosen": "/people/tags/",
    "lifecycle:people_field": "/people/fields/",
    "platform:reveals": "/system/reveals/",
    "platform:audit": "/system/audit/",
    "platform:audit_export": "/system/audit/export/",
    "platform:jobs": "/system/jobs/",
    "platform:health": "/system/health/",
    # What the analyst answers is cut to the reader's sight in tests/analytics; here it is not started.
    "analytics:leads": "/insight/leads/?period=30d&whole=1",
    "analytics:leads_panel": "/insight/leads/funnel/?period=30d&by=owner",
    "analytics:leads_behind": "/insight/leads/behind/?period=30d&step=1",
    "analytics:leads_export": "/insight/leads/export/",
    "analytics:funnel": "/insight/funnel/",
    "analytics:funnel_figures": "/insight/funnel/figures/?method=nonsense",
    "analytics:funnel_people": "/insight/funnel/people/?method=nonsense",
    "analytics:funnel_export": "/insight/funnel/export/",
    "content:forms": "/forms/",
}
"""Routes that show many objects: those of another team are not among them."""

WHOLE_COMPANY: dict[str, Callable[[World], str]] = {
    "platform:colleague": lambda world: reverse("platform:colleague", args=[world.staff.public_id]),
    "platform:staff_invite_again": lambda world: reverse("platform:staff_invite_again", args=[world.staff.public_id]),
    "platform:staff_password_link": lambda world: reverse("platform:staff_password_link", args=[world.staff.public_id]),
    "platform:staff_deactivate": lambda world: reverse("platform:staff_deactivate", args=[world.staff.public_id]),
    "platform:staff_reactivate": lambda world: reverse("platform:staff_reactivate", args=[world.staff.public_id]),
    "platform:staff_hand_over": lambda world: reverse("platform:staff_hand_over", args=[world.staff.public_id]),
    "platform:staff_sessions_end": lambda world: reverse("platform:staff_sessions_end", args=[world.staff.public_id]),
    "platform:second_factor_reset": lambda world: reverse("platform:second_factor_reset", args=[world.staff.public_id]),
    "platform:team": lambda world: reverse("platform:team", args=[world.site.team.public_id]),
    "platform:api_key_revoke": lambda _world: f"/settings/api-keys/{uuid.uuid4()}/revoke/",
    "lifecycle:product_line": lambda _world: "/settings/product-lines/nonsense/",
    **{
        f"lifecycle:product_line_{act}": (lambda _world, act=act: f"/settings/product-lines/nonsense/{act}/")
        for act in ("move", "retire", "restore")
    },
    "platform:view_change": lambda _world: f"/views/{uuid.uuid4()}/change/",
    "platform:view_save": lambda _world: "/views/nonsense/",
    "lifecycle:field": lambda _world: f"/settings/fields/{uuid.uuid4()}/",
    "lifecycle:field_change": lambda _world: f"/settings/fields/{uuid.uuid4()}/change/",
    "lifecycle:field_option_add": lambda _world: f"/settings/fields/{uuid.uuid4()}/options/",
    "lifecycle:field_option": lambda _world: f"/settings/fields/options/{uuid.uuid4()}/",
    "lifecycle:tag_add": lambda _world: f"/settings/tags/groups/{uuid.uuid4()}/tags/",
    "lifecycle:tag_change": lambda _world: f"/settings/tags/{uuid.uuid4()}/",
    "lifecycle:tag_rule": lambda _world: f"/settings/tags/{uuid.uuid4()}/rule/",
    **{
        f"lifecycle:tag_{act}": (lambda _world, act=act: f"/settings/tags/{uuid.uuid4()}/{act.replace('_', '/')}/")
        for act in ("retire", "restore", "rule_pause", "rule_resume", "rule_remove")
    },
    "lifecycle:own_remove": lambda _world: f"/settings/own/{uuid.uuid4()}/remove/",
    "privacy:erasure": lambda _world: f"/privacy/erasures/{uuid.uuid4()}/",
    "platform:calendar_day_drop": lambda _world: "/system/hours/days/2026-10-01/drop/",
    "platform:job_retry": lambda _world: "/system/jobs/1/retry/",
    "platform:job_cancel": lambda _world: "/system/jobs/1/cancel/",
    "platform:parked_retry": lambda _world: "/system/jobs/parked/1/retry/",
    "platform:parked_discard": lambda _world: "/system/jobs/parked/1/discard/",
    "platform:file": lambda _world: f"/files/{uuid.uuid4()}/",
    **{
        f"scoring:{name}": (lambda _world, name=name, rest=rest: reverse(f"scoring:{name}", args=[draft(), *rest]))
        for name, rest in {
            "version": (),
            "bounds": (),
            "fit_rule_new": (),
            "fit_rule": ("competitor",),
            "act_rule_new": (),
            "act_rule": ("pricing",),
            "rule_drop": ("pricing",),
            "publish": (),
            "discard": (),
            "roll_back": (),
        }.items()
    },
    **{
        f"lifecycle:{name}": (lambda _world, name=name: reverse(f"lifecycle:{name}", args=[assignment_rule()]))
        for name in ("rule", "rule_move", "rule_switch", "rule_drop")
    },
    "lifecycle:duty_of": lambda world: reverse("lifecycle:duty_of", args=[world.staff.public_id]),
    "lifecycle:scoring_preview": lambda _world: reverse("lifecycle:scoring_preview", args=[draft()]),
    "lifecycle:status": lambda _world: "/settings/contact-statuses/none/",
    "content:site": lambda world: reverse("content:site", args=[world.site.key]),
    "content:server_key": lambda world: reverse("content:server_key", args=[world.site.key]),
    "content:arriving": lambda world: reverse("content:arriving", args=[world.site.key]),
}
"""Routes to what belongs to the company: a right of the role opens them, for every team alike."""

API: dict[str, Callable[[World], str]] = {
    "api:leads": lambda _world: reverse("api:leads"),
    "api:lead": lambda world: reverse("api:lead", args=[world.lead.public_id]),
    "api:person": lambda world: reverse("api:person", args=[world.person.public_id]),
    "api:consents": lambda _world: reverse("api:consents"),
    "api:doubts": lambda _world: reverse("api:doubts"),
    "api:accounts": lambda _world: reverse("api:accounts"),
    "api:account": lambda world: reverse("api:account", args=[world.deal.account.public_id]),
    "api:events": lambda _world: reverse("api:events"),
    "api:imports": lambda _world: reverse("api:imports"),
    "api:import": lambda world: reverse("api:import", args=[world.imported.public_id]),
}
"""Routes of other systems: they take a key, and no colleague's session opens them."""

WITHOUT_OBJECT: dict[str, str] = {
    "healthz": "/healthz",
    "readyz": "/readyz",
    "metrics": "/metrics",
    "web:components": "/_components",
    "platform:sign_in": "/sign-in/",
    "platform:sign_in_code": "/sign-in/code/",
    "platform:sign_out": "/sign-out/",
    "platform:password_forgotten": "/password/forgotten/",
    "platform:password_reset": "/password/reset/x/y/",
    "platform:invitation": "/invitation/x/",
    "platform:welcome": "/welcome/x/",
    "lifecycle:routing": "/settings/routing/",
    "lifecycle:time_limits": "/settings/routing/time-limits/",
    "lifecycle:rule_new": "/settings/routing/rules/new/",
    "lifecycle:fields": "/settings/fields/",
    "lifecycle:field_add": "/settings/fields/new/",
    "lifecycle:tags": "/settings/tags/",
    "lifecycle:tag_group_add": "/settings/tags/groups/",
    "lifecycle:duty": "/me/duty/",
    "lifecycle:assign_leads": "/leads/assign/",
    "scoring:models": "/settings/scoring/",
    "scoring:draft_open": "/settings/scoring/draft/",
    "platform:profile": "/me/",
    "platform:change_password": "/me/password/",
    "platform:preferences": "/me/preferences/",
    "platform:security": "/me/security/",
    "platform:second_factor": "/me/security/second-factor/",
    "platform:second_factor_remove": "/me/security/second-factor/remove/",
    "platform:recovery_codes": "/me/security/recovery-codes/",
    "platform:sessions_end": "/me/security/sessions/end/",
    "platform:session_end": "/me/security/sessions/1/end/",
    "platform:security_rules": "/system/security/",
    "platform:role_limits": "/system/security/limits/",
    "platform:live_token": "/live/token/",
    "platform:staff": "/system/staff/",
    "platform:staff_invite": "/system/staff/invite/",
    "platform:teams": "/system/teams/",
    "platform:roles": "/system/roles/",
    "platform:organisation": "/system/organisation/",
    "sandbox:end": "/system/demo/end/",
    "exchange:import_new": "/imports/new/",
    "exchange:saved_columns": "/imports/columns/",
    "exchange:saved_columns_rename": "/imports/columns/1/rename/",
    "exchange:saved_columns_remove": "/imports/columns/1/remove/",
    "exchange:import_sample": "/imports/sample/",
    "exchange:export_new": "/exports/new/",
    "lifecycle:own_link": "/settings/own/link/",
    "lifecycle:product_lines": "/settings/product-lines/",
    "lifecycle:step_skip": "/first-steps/team/skip/",
    "platform:hours": "/system/hours/",
    "platform:calendar_day_add": "/system/hours/days/",
    "platform:mail": "/system/mail/",
    "platform:mail_test": "/system/mail/test/",
    "platform:api_keys": "/settings/api-keys/",
    "api:docs": "/api/docs",
    "api:openapi": "/api/openapi.json",
    "api:nowhere": "/api/nowhere",
    "platform:api_key_new": "/settings/api-keys/new/",
    "lifecycle:statuses": "/settings/contact-statuses/",
    "privacy:erasures": "/privacy/erasures/",
    "privacy:preferences": "/preferences/x/",
    "privacy:withdraw": "/preferences/x/withdraw/",
    "privacy:one_click": "/preferences/x/one-click/",
    "privacy:ask": "/preferences/x/ask/",
    "privacy:request_new": "/privacy/requests/new/",
    "privacy:settings": "/settings/privacy/",
    "content:sites": "/settings/sites/",
    "content:site_new": "/settings/sites/new/",
    "content:form_new": "/forms/new/",
}
"""Routes that show settings, forms and oneself."""
