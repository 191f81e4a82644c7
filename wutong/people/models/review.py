"""What waits for a colleague's word about who is who: probable doubles, and what was put aside."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from wutong.people.models.person import Person


class ProbableMatch(models.Model):
    """Two people who are probably one. Projected from what is known of them; it goes when they merge or are told apart.

    ``evidence`` says of each field that both have how far it agrees and what that weighs: ``{"name": [0, 8.1]}``, the
    first a :class:`wutong.people.matching.agreement.Agreement`, the second in bits.
    """

    one = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    probability = models.FloatField()
    evidence = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="two_people_are_proposed_once", fields=["one", "other"]),
            models.CheckConstraint(name="a_proposal_names_the_older_row_first", condition=Q(one__lt=F("other"))),
        ]
        indexes = [models.Index(name="likeliest_doubles", fields=["-probability", "-id"])]

    def __str__(self) -> str:
        return f"{self.one_id} ~ {self.other_id}: {self.probability:.2f}"


class MatchKey(models.Model):
    """Something by which its person may be found as a double: digests of the name and so on."""

    key = models.BigIntegerField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="a_person_has_a_key_once", fields=["key", "person"])]

    def __str__(self) -> str:
        return f"key {self.key:x} of person {self.person_id}"


class PersonToCompare(models.Model):
    """Somebody of whom more is known than when doubles were looked for last. May stand here several times.

    Whoever is gone meanwhile may stand here too: worked off like all others, with nothing to compare.
    """

    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)

    def __str__(self) -> str:
        return f"person {self.person_id} to compare"


class PutAside(models.Model):
    """A pair in the review queue that a colleague does not want to be asked of: for a while, or ever again.

    Of people and links only *later* is kept here; that two are not the same is an ``IdentityDecision``.
    """

    class Kind(models.TextChoices):
        PEOPLE = "people"
        LINK = "link"
        COMPANIES = "companies"

    class What(models.TextChoices):
        LATER = "later", pgettext_lazy("review", "Later")
        APART = "apart", pgettext_lazy("review", "Not the same")

    kind = models.CharField(max_length=9, choices=Kind.choices)
    low = models.BigIntegerField(help_text="The smaller of the two ids: people, identifiers or companies by kind.")
    high = models.BigIntegerField()
    what = models.CharField(max_length=5, choices=What.choices)
    until = models.DateTimeField(null=True, help_text="Nothing is for ever.")
    by = models.ForeignKey("platform.Staff", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_pair_is_put_aside_once", fields=["kind", "low", "high"]),
            models.CheckConstraint(name="a_pair_put_aside_is_in_order", condition=Q(low__lt=F("high"))),
            models.CheckConstraint(
                name="what_is_put_off_comes_back", condition=Q(what="apart") | Q(until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.low}, {self.high}: {self.what}"
