from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "wutong.scoring"
    label = "scoring"

    def ready(self) -> None:
        from wutong.people import reassign
        from wutong.scoring.models import ScoreTerm
        from wutong.scoring.score import rescore

        reassign.register(ScoreTerm)
        reassign.follow(rescore)
