"""How warm a person is, kept so that every point can be explained."""

from django.db import models
from django.db.models import Q

from wutong.people.models import Identifier, Person


class ScoreTerm(models.Model):
    """What one rule gave one subject: a sum of decaying points, worth ``value`` at ``as_of``."""

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="score_terms")
    person = models.ForeignKey(Person, models.PROTECT, related_name="score_terms")
    rule = models.CharField(max_length=40)
    value = models.FloatField()
    as_of = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_rule_has_one_sum_a_subject", fields=["subject", "rule"])]
        indexes = [models.Index(name="score_terms_of_a_person", fields=["person"])]

    def __str__(self) -> str:
        return f"{self.rule} of person {self.person_id}"


class PersonScore(models.Model):
    """A person's behaviour score as last computed, and the instant at which its grade will next fall."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="score")
    value = models.FloatField()
    grade = models.PositiveSmallIntegerField(help_text="1 (hot) to 4.")
    computed_at = models.DateTimeField()
    next_grade_change_at = models.DateTimeField(null=True, db_index=True)
    model_version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_grade_lies_from_1_to_4", condition=Q(grade__gte=1, grade__lte=4)),
            models.CheckConstraint(name="a_score_lies_from_0_to_100", condition=Q(value__gte=0, value__lte=100)),
        ]
        indexes = [models.Index(name="people_by_score", fields=["-value", "person"])]

    def __str__(self) -> str:
        return f"score of person {self.person_id}"
