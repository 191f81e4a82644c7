from wutong.lifecycle.models.contract import ENDED_STAGES, Contract, ContractStage
from wutong.lifecycle.models.follow_up import FollowUp
from wutong.lifecycle.models.hand_over import HandOver, Qualification
from wutong.lifecycle.models.lead import (
    CLOSED_STAGES,
    UNCONTACTED,
    Accountable,
    Clock,
    ContactStatus,
    Lead,
    OwnContactStatus,
    ProductLine,
    Stage,
)
from wutong.lifecycle.models.stage_visit import Machine, StageVisit

__all__ = [
    "CLOSED_STAGES",
    "ENDED_STAGES",
    "UNCONTACTED",
    "Accountable",
    "Clock",
    "ContactStatus",
    "Contract",
    "ContractStage",
    "FollowUp",
    "HandOver",
    "Lead",
    "Machine",
    "OwnContactStatus",
    "ProductLine",
    "Qualification",
    "Stage",
    "StageVisit",
]
