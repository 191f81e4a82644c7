from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    name = "wutong.scoring"
    label = "scoring"

    def ready(self) -> None:
        from wutong.people import facts, reassign
        from wutong.platform import retention
        from wutong.platform.audit_labels import register_actions, register_subjects
        from wutong.scoring.held import register_holdings
        from wutong.scoring.models import ScoreTerm
        from wutong.scoring.score import refit_now, rescore

        register_holdings()
        reassign.register(ScoreTerm)
        reassign.follow(rescore)
        facts.follow(refit_now)
        retention.register("scoring_scoreterm", "day", timedelta(days=730))
        for table in ("scoring_personscore", "scoring_linescore"):
            retention.register_kept(table, because="one row a person and model; it does not grow with acts")
        retention.register_kept("scoring_scoremodel", because="what a grade of the past meant is read from it")
        register_subjects({"scoremodel": _("Scoring model")})
        register_actions(
            {
                "scoring.draft_opened": _("Began a draft of a scoring model"),
                "scoring.draft_changed": _("Changed a draft of a scoring model"),
                "scoring.draft_discarded": _("Discarded a draft of a scoring model"),
                "scoring.model_published": _("Published a scoring model"),
                "scoring.model_rolled_back": _("Went back to an earlier scoring model"),
            }
        )
