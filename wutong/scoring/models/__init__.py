from wutong.scoring.models.score import LineScore, PersonScore, ScoreTerm
from wutong.scoring.models.score_model import ScoreModel

__all__ = ["LineScore", "PersonScore", "ScoreModel", "ScoreTerm"]
