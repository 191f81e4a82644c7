from wutong.privacy.models.erasure import Erasure
from wutong.privacy.models.request import OPEN, RequestKind, RequestState, SubjectRequest
from wutong.privacy.models.settings import ANSWER_DAYS, PrivacySettings

__all__ = ["ANSWER_DAYS", "OPEN", "Erasure", "PrivacySettings", "RequestKind", "RequestState", "SubjectRequest"]
