from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "wutong.scoring"
    label = "scoring"

    def ready(self) -> None:
        from wutong.people import reassign
        from wutong.platform import retention
        from wutong.scoring.models import ScoreTerm
        from wutong.scoring.score import rescore

        reassign.register(ScoreTerm)
        reassign.follow(rescore)
        retention.register_kept("scoring_scoreterm", because="one row a subject and rule; it does not grow with acts")
