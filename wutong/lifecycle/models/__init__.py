from wutong.lifecycle.models.follow_up import FollowUp
from wutong.lifecycle.models.lead import Accountable, Clock, Lead, ProductLine, Stage
from wutong.lifecycle.models.stage_visit import Machine, StageVisit

__all__ = ["Accountable", "Clock", "FollowUp", "Lead", "Machine", "ProductLine", "Stage", "StageVisit"]
