from wutong.content.models.form import Form, FormSubmission

__all__ = ["Form", "FormSubmission"]
