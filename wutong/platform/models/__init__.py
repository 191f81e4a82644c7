from wutong.platform.models.api_key import ApiKey, ApiRate, ApiRight
from wutong.platform.models.audit import AuditEntry
from wutong.platform.models.calendar import CalendarDay, WorkingHours
from wutong.platform.models.file import StoredFile
from wutong.platform.models.inbox import DropCount, InboxBlock, ParkedItem, SenderKey
from wutong.platform.models.job import JobFailure
from wutong.platform.models.key_check import KeyCheck
from wutong.platform.models.mail import MailSettings, OutgoingMail
from wutong.platform.models.notification import Notification
from wutong.platform.models.organisation import BusinessScope, Organisation
from wutong.platform.models.reveal import KeyRevealCount, RevealCount
from wutong.platform.models.role_limits import RoleLimits
from wutong.platform.models.saved_view import DefaultView, SavedView
from wutong.platform.models.sign_in import RecoveryCode, SecondFactor, StaffSession
from wutong.platform.models.staff import DataScope, Invitation, ResetAsk, Role, Staff, Team

__all__ = [
    "ApiKey",
    "ApiRate",
    "ApiRight",
    "AuditEntry",
    "BusinessScope",
    "CalendarDay",
    "DataScope",
    "DefaultView",
    "DropCount",
    "InboxBlock",
    "Invitation",
    "JobFailure",
    "KeyCheck",
    "KeyRevealCount",
    "MailSettings",
    "Notification",
    "Organisation",
    "OutgoingMail",
    "ParkedItem",
    "RecoveryCode",
    "ResetAsk",
    "RevealCount",
    "Role",
    "RoleLimits",
    "SavedView",
    "SecondFactor",
    "SenderKey",
    "Staff",
    "StaffSession",
    "StoredFile",
    "Team",
    "WorkingHours",
]
