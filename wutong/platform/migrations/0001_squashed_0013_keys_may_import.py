"""Everything up to here in one step, for a new company. Who has data already goes the single steps it replaces."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from wutong.platform.migrations import _sql


class Migration(migrations.Migration):
    replaces = [
        ("platform", "0001_initial"),
        ("platform", "0002_audit_kept_days"),
        ("platform", "0003_job_failure"),
        ("platform", "0004_api_keys"),
        ("platform", "0005_api_rate_without_log"),
        ("platform", "0006_single_key_shortcuts"),
        ("platform", "0007_skipped_steps"),
        ("platform", "0008_key_check"),
        ("platform", "0009_asks_for_a_password_link"),
        ("platform", "0010_second_factor_and_sessions"),
        ("platform", "0011_reveal_counts"),
        ("platform", "0012_keys_may_decide_doubts"),
        ("platform", "0013_keys_may_import"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("on", models.DateField(primary_key=True, serialize=False)),
                ("is_working", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="JobFailure",
            fields=[
                ("job_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("error", models.CharField(max_length=2000)),
                ("failed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="BusinessScope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("company", "Whole company"),
                            ("brand", "Brand"),
                            ("region", "Region"),
                            ("wecom_corp", "WeCom corp"),
                        ],
                        default="company",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["company", "brand", "region", "wecom_corp"])),
                        name="a_scope_has_a_known_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DropCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("door", models.CharField(max_length=20)),
                ("reason", models.CharField(max_length=40)),
                ("n", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("on", "door", "reason"), name="one_count_a_day_and_reason")
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lane", models.CharField(default="collector", max_length=20)),
                ("received_at", models.DateTimeField()),
                ("count", models.PositiveSmallIntegerField()),
                ("body", models.BinaryField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("leased_by", models.CharField(blank=True, max_length=60)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["lane", "id"], name="inbox_in_order")],
            },
        ),
        migrations.CreateModel(
            name="KeyCheck",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("value_encrypted", models.BinaryField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_key_check")],
            },
        ),
        migrations.CreateModel(
            name="MailSettings",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=200)),
                ("port", models.PositiveIntegerField(default=587)),
                (
                    "security",
                    models.CharField(
                        choices=[("none", "–"), ("starttls", "STARTTLS"), ("tls", "TLS")],
                        default="starttls",
                        max_length=8,
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=200)),
                ("password_encrypted", models.BinaryField(blank=True, default=b"")),
                ("sender", models.EmailField(max_length=254)),
                ("sender_name", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_mail_account")
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("zone", models.CharField(default="Asia/Shanghai", max_length=64)),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("currency", models.CharField(default="CNY", max_length=3)),
                (
                    "region",
                    models.CharField(default="CN", help_text="Region assumed for telephone numbers.", max_length=2),
                ),
                (
                    "audit_kept_days",
                    models.PositiveIntegerField(
                        default=1095, help_text="Older entries of the audit trail are removed."
                    ),
                ),
                (
                    "second_factor_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        db_default=[],
                        default=list,
                        help_text="Roles that sign in with a code, too.",
                        size=None,
                    ),
                ),
                (
                    "reveals_a_day",
                    models.PositiveIntegerField(
                        db_default=200, default=200, help_text="Masked values that one colleague may look at in full."
                    ),
                ),
                ("is_demo", models.BooleanField(default=False)),
                (
                    "skipped_steps",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        help_text="Of the first run.",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_organisation")
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recipient", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=200)),
                ("text_encrypted", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="mail_by_age")],
            },
        ),
        migrations.CreateModel(
            name="ParkedItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lane", models.CharField(max_length=20)),
                ("received_at", models.DateTimeField()),
                ("parked_at", models.DateTimeField()),
                ("body", models.BinaryField()),
                ("error", models.TextField()),
                ("attempts", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["-parked_at"], name="parked_by_time")],
            },
        ),
        migrations.CreateModel(
            name="ResetAsk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("email_digest", models.BinaryField(max_length=32)),
                ("client", models.GenericIPAddressField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["email_digest", "asked_at"], name="asks_for_an_address"),
                    models.Index(fields=["client", "asked_at"], name="asks_of_a_client"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SenderKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=200)),
                ("event_id", models.UUIDField()),
                ("created_at", models.DateTimeField()),
                ("asked_digest", models.BinaryField(max_length=32, null=True)),
                ("answer_status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="sender_keys_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "key"), name="a_senders_key_names_one_event")
                ],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("path", models.CharField(db_index=True, editable=False, max_length=200)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="platform.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("path__regex", "^/([0-9]+/)+$")), name="a_team_path_is_slashed"
                    ),
                    models.UniqueConstraint(fields=("parent", "name"), name="sibling_teams_differ_in_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Staff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("full_name", models.CharField(max_length=80)),
                ("sort_key", models.CharField(blank=True, db_collation="C", max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("marketer", "Marketer"),
                            ("content", "Content and campaigns"),
                            ("sdr", "SDR"),
                            ("sales", "Sales"),
                            ("success", "Customer success"),
                            ("manager", "Manager"),
                            ("partner_manager", "Partner manager"),
                            ("admin", "Administrator"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "data_scope",
                    models.CharField(
                        choices=[("own", "Own"), ("team", "Team"), ("tree", "Team and below"), ("all", "Everything")],
                        default="own",
                        max_length=4,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "auth_epoch",
                    models.PositiveIntegerField(default=1, help_text="Raised to end every session and live stream."),
                ),
                (
                    "has_second_factor",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="There is a SecondFactor: kept here, because every request asks.",
                    ),
                ),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("zone", models.CharField(blank=True, help_text="Empty: the organisation's zone.", max_length=64)),
                (
                    "theme",
                    models.CharField(
                        choices=[("system", "Follow the system"), ("light", "Light"), ("dark", "Dark")],
                        default="system",
                        max_length=6,
                    ),
                ),
                (
                    "density",
                    models.CharField(
                        choices=[("compact", "Compact"), ("standard", "Standard"), ("roomy", "Roomy")],
                        default="standard",
                        max_length=8,
                    ),
                ),
                (
                    "has_shortcuts",
                    models.BooleanField(db_default=True, default=True, help_text="Single keys act on lists."),
                ),
                ("created_at", models.DateTimeField()),
                ("scopes", models.ManyToManyField(blank=True, related_name="staff", to="platform.businessscope")),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="platform.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "marketer",
                                    "content",
                                    "sdr",
                                    "sales",
                                    "success",
                                    "manager",
                                    "partner_manager",
                                    "admin",
                                ],
                            )
                        ),
                        name="a_colleague_has_a_known_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("data_scope__in", ["own", "team", "tree", "all"])),
                        name="a_colleague_has_a_known_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("data_scope__in", ["team", "tree"]), _negated=True),
                            ("team__isnull", False),
                            _connector="OR",
                        ),
                        name="a_team_scope_needs_a_team",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="one_sign_in_for_one_address"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("beginning", models.CharField(max_length=12)),
                ("secret_digest", models.BinaryField(max_length=32, unique=True)),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("leads:read", "Read leads"),
                                ("leads:write", "Send in leads"),
                                ("events:write", "Send in what people did"),
                                ("imports:write", "Import people from tables"),
                                ("people:read", "Read people; telephone and e-mail masked"),
                                ("people:merge", "Read doubts about who is who, merge and tell apart"),
                                ("people:reveal", "Read telephone numbers and e-mail addresses in full"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("per_minute", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to="platform.businessscope",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="api_keys", to="platform.team"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rights__len__gte", 1),
                            (
                                "rights__contained_by",
                                [
                                    "leads:read",
                                    "leads:write",
                                    "events:write",
                                    "imports:write",
                                    "people:read",
                                    "people:merge",
                                    "people:reveal",
                                ],
                            ),
                        ),
                        name="a_key_may_do_something_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("per_minute__gte", 1)), name="a_key_has_a_rate"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="somebody_revoked_a_revoked_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="second_factor",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("secret_encrypted", models.BinaryField()),
                ("set_up_at", models.DateTimeField()),
                (
                    "last_step",
                    models.BigIntegerField(help_text="Half minute of the last code that was taken; none older is."),
                ),
                (
                    "wrong_codes",
                    models.PositiveSmallIntegerField(default=0, help_text="In a row, since the last right one."),
                ),
                ("waits_until", models.DateTimeField(help_text="After too many wrong codes.", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ApiRate",
            fields=[
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rate",
                        serialize=False,
                        to="platform.apikey",
                    ),
                ),
                ("full_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=80)),
                ("size_bytes", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorkingHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weekday", models.PositiveSmallIntegerField(help_text="0 is Monday.")),
                ("opens_at", models.TimeField()),
                ("closes_at", models.TimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="work_ends_after_it_begins"
                    ),
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="a_week_has_seven_days"),
                    models.UniqueConstraint(fields=("weekday", "opens_at"), name="a_stretch_of_work_stands_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=60)),
                ("subject_kind", models.CharField(blank=True, max_length=40)),
                ("subject_id", models.CharField(blank=True, max_length=40)),
                ("subject_label", models.CharField(blank=True, max_length=120)),
                ("detail", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=36)),
                ("address", models.GenericIPAddressField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit_entries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "api_key",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="platform.apikey",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-at", "-id"], name="audit_by_time"),
                    models.Index(fields=["subject_kind", "subject_id", "-at"], name="audit_by_subject"),
                    models.Index(fields=["actor", "-at"], name="audit_by_actor"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("actor", None), ("api_key", None), _connector="OR"),
                        name="an_act_has_one_actor",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("group", models.CharField(max_length=80)),
                ("params", models.JSONField(default=dict)),
                ("url", models.CharField(blank=True, max_length=300)),
                ("count", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["staff", "-changed_at"], name="notices_of_a_colleague")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("read_at", None)),
                        fields=("staff", "group"),
                        name="unread_notices_of_a_group_fold",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("used_at", None)), fields=["staff"], name="recovery_codes_left")
                ],
            },
        ),
        migrations.CreateModel(
            name="RevealCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("n", models.PositiveIntegerField()),
                (
                    "refused",
                    models.PositiveIntegerField(db_default=0, default=0, help_text="Asked for beyond the limit."),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reveal_counts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["on"], name="reveal_counts_by_day")],
                "constraints": [models.UniqueConstraint(fields=("staff", "on"), name="one_reveal_count_a_day")],
            },
        ),
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_key", models.CharField(max_length=40, unique=True)),
                (
                    "auth_epoch",
                    models.PositiveIntegerField(help_text="Of the colleague then; raised since, the session is over."),
                ),
                ("user_agent", models.CharField(blank=True, max_length=300)),
                ("address", models.GenericIPAddressField(null=True)),
                ("began_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["staff", "-last_seen_at"], name="sessions_of_a_colleague")],
            },
        ),
        migrations.RunSQL(
            *_sql.API_RATE_WITHOUT_LOG,
        ),
    ]
