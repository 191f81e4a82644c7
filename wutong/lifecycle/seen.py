"""What a form showed, in a few characters that it sends back: so nobody overwrites what they have not seen."""

from hashlib import blake2b

from django.utils.translation import gettext_lazy as _

from wutong.platform.refusal import Refusal


class ChangedMeanwhile(Refusal):
    """Somebody changed the very thing since the form was drawn."""

    code = "changed_meanwhile"
    message = _(
        "Somebody has changed this in the meantime. Nothing was saved: look at it as it is now, then save again."
    )


def mark_of(*facts: object) -> str:
    """A mark that is another one as soon as one of ``facts`` is. It guards against accidents, not against anybody."""
    return blake2b(repr(facts).encode(), digest_size=8).hexdigest()


def refuse_unseen(seen: str, mark: str) -> None:
    """Refuse a writer who saw something else than what is there now.

    Args:
        seen: the mark that the form sent; empty for a writer who saw no form.
        mark: of what is there now, its row locked.

    Raises:
        ChangedMeanwhile: they differ.
    """
    if seen and seen != mark:
        raise ChangedMeanwhile
