from wutong.content.models.form import Form, FormUse, FormVersion
from wutong.content.models.submission import FormSubmission, QuarantinedSubmission

__all__ = ["Form", "FormSubmission", "FormUse", "FormVersion", "QuarantinedSubmission"]
