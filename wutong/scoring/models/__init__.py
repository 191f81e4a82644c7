from wutong.scoring.models.score import PersonScore, ScoreTerm

__all__ = ["PersonScore", "ScoreTerm"]
