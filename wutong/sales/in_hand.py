"""What of the deals a colleague has in hand, and how it goes over to others."""

from django.utils.translation import gettext_lazy as _

from wutong.lifecycle.in_hand import any_of, is_within_scopes, within_scopes
from wutong.platform.audit import record
from wutong.platform.in_hand import Batch, InHand, in_turns, tally
from wutong.platform.permissions import may
from wutong.platform.rows import update_objects
from wutong.sales.deal_team import now_its_owners
from wutong.sales.models import Opportunity


def _move_deals(batch: Batch) -> dict[int, int]:
    able = [one for one in batch.takers if may(one, "deals.work")]
    theirs = Opportunity.objects.select_for_update(no_key=True).open().filter(owner=batch.source)
    deals = list(theirs.filter(any_of([within_scopes(one) for one in able])).order_by("pk")[: batch.limit])
    given = in_turns(deals, able, is_within_scopes)
    for deal, taker in given:
        deal.owner_id = taker.pk
        deal.team_id = taker.team_id or deal.team_id
        deal.changed_at, deal.changed_by = batch.at, batch.by
        deal.version += 1
        record("sales.opportunity_handed", actor=batch.by, subject=deal, at=batch.at, to=str(taker.public_id))
    update_objects(deals, ["owner", "team", "changed_at", "changed_by", "version"])
    now_its_owners(deals)
    return tally(given)


DEALS = InHand(
    code="opportunities",
    label=_("Open opportunities, with their next steps"),
    count=lambda staff: Opportunity.objects.open().filter(owner=staff).count(),
    move=_move_deals,
)
