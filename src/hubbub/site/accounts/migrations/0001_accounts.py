"""Users, the workspace and its invitations."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import hubbub.lib.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "This name is taken."},
                        max_length=64,
                        unique=True,
                        verbose_name="name",
                    ),
                ),
                ("username_key", models.CharField(editable=False, max_length=256, unique=True)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "db_table": "hubbub_user",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=hubbub.lib.clock.now, editable=False, verbose_name="made at"
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("uses_left", models.PositiveIntegerField(default=1, verbose_name="uses left")),
                ("used_count", models.PositiveIntegerField(default=0, verbose_name="used")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "db_table": "hubbub_invitation",
            },
        ),
        migrations.CreateModel(
            name="Workspace",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60, verbose_name="workspace name")),
                (
                    "sign_up",
                    models.CharField(
                        choices=[
                            ("open", "Anyone who finds this page"),
                            ("invite", "Whoever has an invitation link"),
                            ("closed", "Nobody"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="who may sign up",
                    ),
                ),
                (
                    "room_makers",
                    models.CharField(
                        choices=[("everyone", "Everyone with an account"), ("admins", "Admins only")],
                        default="everyone",
                        max_length=8,
                        verbose_name="who may make rooms",
                    ),
                ),
                ("created_at", models.DateTimeField(default=hubbub.lib.clock.now, editable=False)),
            ],
            options={
                "verbose_name": "workspace",
                "verbose_name_plural": "workspace",
                "db_table": "hubbub_workspace",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="hubbub_workspace_is_one_row")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="hubbub_user_email_is_unique",
                violation_error_message="This e-mail is in use.",
            ),
        ),
    ]
