"""Django's ``migrate``, which draws fewer of its models of the past.

After each operation Django makes anew the class of the model that it concerned and those of all related ones. Here
everything is related, and that took two thirds of what the schema of a new company takes. See ADR 32.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState, StateApps

DJANGO: dict[str, Callable[..., None]] = {
    name: getattr(ProjectState, name) for name in ("add_model", "add_index", "add_constraint")
}


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with drawn_sparingly():
            super().handle(*args, **options)


@contextmanager
def drawn_sparingly() -> Iterator[None]:
    """Let states of the past, within the block, draw a new model alone, and for an index or a constraint nothing."""
    for method in (add_model, add_index, add_constraint):
        setattr(ProjectState, method.__name__, method)
    try:
        yield
    finally:
        for name, method in DJANGO.items():
            setattr(ProjectState, name, method)


def add_model(state: ProjectState, model: ModelState) -> None:
    """Nobody refers to a new model yet, so that the others may stay as they are drawn."""
    with _undrawn(state) as drawn:
        DJANGO["add_model"](state, model)
    if drawn:
        drawn.render_multiple([model])


def add_index(state: ProjectState, app: str, model: str, index: object) -> None:
    with _undrawn(state) as drawn:
        DJANGO["add_index"](state, app, model, index)
    if drawn:
        drawn.get_model(app, model)._meta.indexes = list(state.models[app, model].options["indexes"])


def add_constraint(state: ProjectState, app: str, model: str, constraint: object) -> None:
    with _undrawn(state) as drawn:
        DJANGO["add_constraint"](state, app, model, constraint)
    if drawn:
        drawn.get_model(app, model)._meta.constraints = list(state.models[app, model].options["constraints"])


@contextmanager
def _undrawn(state: ProjectState) -> Iterator[StateApps | None]:
    """Keep Django from drawing within the block: it draws nothing anew where nothing was drawn."""
    drawn = state.__dict__.pop("apps", None)
    yield drawn
    if drawn:
        state.__dict__["apps"] = drawn
