from wutong.content.models.form import Form, FormUse, FormVersion, of_sites_seen_by
from wutong.content.models.submission import FormSubmission, QuarantinedSubmission

__all__ = ["Form", "FormSubmission", "FormUse", "FormVersion", "QuarantinedSubmission", "of_sites_seen_by"]
