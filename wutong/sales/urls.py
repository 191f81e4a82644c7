"""Addresses of deals, contracts and companies."""

from django.urls import path

from wutong.sales.views import accounts, contracts, from_lead, opportunities, opportunity

app_name = "sales"
urlpatterns = [
    path("inbox/<uuid:public_id>/opportunity/", from_lead.open_from_lead, name="open"),
    path("opportunities/", opportunities.opportunities, name="opportunities"),
    path("opportunities/new/", opportunities.new, name="new"),
    path("opportunities/<uuid:public_id>/", opportunity.opportunity, name="opportunity"),
    path("opportunities/<uuid:public_id>/card/", opportunities.card, name="card"),
    path("opportunities/<uuid:public_id>/card/move/", opportunities.move_card, name="move_card"),
    path("opportunities/<uuid:public_id>/activity/", opportunity.activity, name="activity"),
    path("opportunities/<uuid:public_id>/change/", opportunity.change, name="change"),
    path("opportunities/<uuid:public_id>/move/", opportunity.move, name="move"),
    path("opportunities/<uuid:public_id>/close/", opportunity.close, name="close"),
    path("opportunities/<uuid:public_id>/candidates/", opportunity.candidates, name="candidates"),
    path("opportunities/<uuid:public_id>/people/", opportunity.name_part, name="name_part"),
    path("opportunities/<uuid:public_id>/people/remove/", opportunity.remove_part, name="remove_part"),
    path("opportunities/<uuid:public_id>/leads/", opportunity.feed, name="feed"),
    path("contracts/", contracts.contracts, name="contracts"),
    path("contracts/<uuid:public_id>/", contracts.contract, name="contract"),
    path("contracts/<uuid:public_id>/move/", contracts.move, name="contract_move"),
    path("contracts/<uuid:public_id>/renew/", contracts.renew, name="contract_renew"),
    path("contracts/<uuid:public_id>/hand/", contracts.hand, name="contract_hand"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<uuid:public_id>/", accounts.account, name="account"),
    path("accounts/<uuid:public_id>/activity/", accounts.activity, name="account_activity"),
    path("accounts/<uuid:public_id>/change/", accounts.change, name="account_change"),
    path("accounts/<uuid:public_id>/confirm/", accounts.confirm, name="account_confirm"),
]
