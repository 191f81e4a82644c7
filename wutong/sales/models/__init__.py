from wutong.sales.models.account import AccountFile, AccountWish, Collision
from wutong.sales.models.collaborator import OpportunityCollaborator
from wutong.sales.models.opportunity import (
    CLOSED,
    PROBABILITY,
    Opportunity,
    OpportunityLead,
    OpportunityPerson,
    OpportunityQuerySet,
    OpportunityStage,
    OpportunityStay,
)

__all__ = [
    "CLOSED",
    "PROBABILITY",
    "AccountFile",
    "AccountWish",
    "Collision",
    "Opportunity",
    "OpportunityCollaborator",
    "OpportunityLead",
    "OpportunityPerson",
    "OpportunityQuerySet",
    "OpportunityStage",
    "OpportunityStay",
]
