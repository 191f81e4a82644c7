from wutong.lifecycle.models.account_team import AccountCollaborator, AccountOwner
from wutong.lifecycle.models.assignment import Assignment, AssignmentRule, Duty
from wutong.lifecycle.models.contract import ENDED_STAGES, Contract, ContractStage
from wutong.lifecycle.models.follow_up import FollowUp
from wutong.lifecycle.models.hand_over import HandOver, Qualification
from wutong.lifecycle.models.lead import (
    CLOSED_STAGES,
    SEARCHED_BY,
    TO_HAND_OVER,
    UNCONTACTED,
    Accountable,
    Clock,
    ContactStatus,
    InvalidContact,
    Lead,
    OwnContactStatus,
    ProductLine,
    Stage,
)
from wutong.lifecycle.models.person_file import PersonFile
from wutong.lifecycle.models.stage_visit import Machine, StageVisit
from wutong.lifecycle.models.time_limits import Escalation, TimeLimits

__all__ = [
    "CLOSED_STAGES",
    "ENDED_STAGES",
    "SEARCHED_BY",
    "TO_HAND_OVER",
    "UNCONTACTED",
    "AccountCollaborator",
    "AccountOwner",
    "Accountable",
    "Assignment",
    "AssignmentRule",
    "Clock",
    "ContactStatus",
    "Contract",
    "ContractStage",
    "Duty",
    "Escalation",
    "FollowUp",
    "HandOver",
    "InvalidContact",
    "Lead",
    "Machine",
    "OwnContactStatus",
    "PersonFile",
    "ProductLine",
    "Qualification",
    "Stage",
    "StageVisit",
    "TimeLimits",
]
