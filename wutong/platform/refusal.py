"""How a rule says no."""

from typing import Any, ClassVar

from django.utils.functional import Promise


class Refusal(Exception):
    """A rule forbids what was asked. Subclasses stand beside the use case that raises them.

    ``code`` is for programs and never changes; ``message`` says what happened and what to do now.
    """

    code: ClassVar[str]
    message: ClassVar[str | Promise]

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    def __str__(self) -> str:
        return str(self.message) % self.params
