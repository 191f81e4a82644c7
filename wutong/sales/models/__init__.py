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
    "Opportunity",
    "OpportunityLead",
    "OpportunityPerson",
    "OpportunityQuerySet",
    "OpportunityStage",
    "OpportunityStay",
]
