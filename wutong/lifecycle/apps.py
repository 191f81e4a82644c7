from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "wutong.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from wutong.lifecycle.models import FollowUp, Lead, StageVisit
        from wutong.lifecycle.reach import redo_reach
        from wutong.people import reassign

        for model in (Lead, StageVisit, FollowUp):
            reassign.register(model)
        reassign.follow(redo_reach)
