"""How well people fit and how warm they are, kept so that every point can be explained."""

from django.db import models
from django.db.models import Q

from wutong.people.models import Identifier, Person


class ScoreTerm(models.Model):
    """What one measure counted for one subject: a fading number of acts, worth ``value`` at ``as_of``.

    ``half_life_s`` is part of the measure and stands here so that two sums can be added where they lie; empty: it does
    not fade. ``day`` is set for measures that count each day apart.
    """

    subject = models.ForeignKey(Identifier, models.PROTECT, related_name="score_terms", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="score_terms", db_index=False)
    measure = models.CharField(max_length=60, db_collation="C")
    day = models.DateField(null=True)
    half_life_s = models.FloatField(null=True)
    value = models.FloatField()
    as_of = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_measure_has_one_sum_a_subject_and_day",
                fields=["subject", "measure", "day"],
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(name="score_terms_of_a_person", fields=["person"])]

    def __str__(self) -> str:
        return f"{self.measure} of person {self.person_id}"


class Scored(models.Model):
    """A score as last computed: behaviour (``value``, ``grade`` 1 to 4), fit (value, letter A to D), the gate.

    ``next_grade_change_at`` is when time alone will change the digit. ``below_since`` is set while somebody who met the
    gate does not any more; ``last_counted_at`` is their last act that counts.
    """

    value = models.FloatField(default=0)
    grade = models.PositiveSmallIntegerField(default=4, help_text="1 (hot) to 4.")
    fit_value = models.FloatField(default=0)
    fit_letter = models.CharField(max_length=1, default="D")
    is_in_gate = models.BooleanField(default=False)
    below_since = models.DateTimeField(null=True)
    last_counted_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField()
    next_grade_change_at = models.DateTimeField(null=True)
    model_version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(name="a_%(class)s_has_a_digit_from_1_to_4", condition=Q(grade__gte=1, grade__lte=4)),
            models.CheckConstraint(name="a_%(class)s_lies_from_0_to_100", condition=Q(value__gte=0, value__lte=100)),
            models.CheckConstraint(
                name="a_fit_of_a_%(class)s_lies_from_0_to_100", condition=Q(fit_value__gte=0, fit_value__lte=100)
            ),
            models.CheckConstraint(
                name="a_%(class)s_has_a_letter_from_a_to_d", condition=Q(fit_letter__in=["A", "B", "C", "D"])
            ),
            models.CheckConstraint(
                name="nobody_in_the_gate_of_a_%(class)s_is_below", condition=Q(is_in_gate=False) | Q(below_since=None)
            ),
        ]
        indexes = [
            models.Index(
                name="%(class)ss_that_fade",
                fields=["next_grade_change_at"],
                condition=Q(next_grade_change_at__isnull=False),
            )
        ]

    @property
    def code(self) -> str:
        """The cell of the matrix, such as B2."""
        return f"{self.fit_letter}{self.grade}"


class PersonScore(Scored):
    """A person's score by the company's model.

    Its reference is kept by the lane instead of by the database: see :mod:`wutong.people.lane`.
    """

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="score", db_constraint=False)

    class Meta(Scored.Meta):
        indexes = [
            *Scored.Meta.indexes,
            models.Index(name="people_in_the_gate", fields=["computed_at"], condition=Q(is_in_gate=True)),
            models.Index(name="people_below_the_gate", fields=["below_since"], condition=Q(below_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"score of person {self.person_id}"


class LineScore(Scored):
    """A person's score by the model of one product line."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="line_scores", db_index=False)
    product_line = models.SlugField(max_length=40, db_index=False)

    class Meta(Scored.Meta):
        constraints = [
            *Scored.Meta.constraints,
            models.UniqueConstraint(name="a_person_has_one_score_a_line", fields=["person", "product_line"]),
        ]

    def __str__(self) -> str:
        return f"score of person {self.person_id} for {self.product_line}"
