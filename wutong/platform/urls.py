"""Addresses of the platform's pages."""

from django.urls import path

from wutong.platform import converters  # noqa: F401  # registers <date:…>
from wutong.platform.views import audit, files, notifications, profile, settings, sign_in, staff, system, teams

app_name = "platform"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/forgotten/", sign_in.password_forgotten, name="password_forgotten"),
    path("password/reset/<str:who>/<str:token>/", sign_in.password_reset, name="password_reset"),
    path("invitation/<str:token>/", sign_in.invitation, name="invitation"),
    path("welcome/<str:token>/", sign_in.welcome, name="welcome"),
    path("me/", profile.profile, name="profile"),
    path("me/password/", profile.change_password, name="change_password"),
    path("me/preferences/", profile.preferences, name="preferences"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read"),
    path("notifications/count/", notifications.count, name="notification_count"),
    path("notifications/poll/", notifications.poll, name="notification_poll"),
    path("notifications/<int:notice_id>/read/", notifications.read, name="notification_read"),
    path("notifications/<int:notice_id>/toast/", notifications.toast, name="notification_toast"),
    path("live/token/", notifications.live_token, name="live_token"),
    path("system/staff/", staff.colleagues, name="staff"),
    path("system/staff/invite/", staff.invite, name="staff_invite"),
    path("system/staff/<uuid:public_id>/", staff.colleague, name="colleague"),
    path("system/staff/<uuid:public_id>/invitation/", staff.invite_once_more, name="staff_invite_again"),
    path("system/staff/<uuid:public_id>/deactivate/", staff.deactivate, name="staff_deactivate"),
    path("system/staff/<uuid:public_id>/reactivate/", staff.reactivate, name="staff_reactivate"),
    path("system/teams/", teams.teams, name="teams"),
    path("system/teams/<uuid:public_id>/", teams.team, name="team"),
    path("system/roles/", staff.roles, name="roles"),
    path("system/audit/", audit.audit, name="audit"),
    path("system/audit/export/", audit.export, name="audit_export"),
    path("system/organisation/", settings.organisation, name="organisation"),
    path("system/hours/", settings.hours, name="hours"),
    path("system/hours/days/", settings.add_day, name="calendar_day_add"),
    path("system/hours/days/<date:on>/drop/", settings.drop_day, name="calendar_day_drop"),
    path("system/mail/", settings.mail, name="mail"),
    path("system/mail/test/", settings.test_mail, name="mail_test"),
    path("system/jobs/", system.jobs, name="jobs"),
    path("system/jobs/<int:job_id>/retry/", system.retry_job, name="job_retry"),
    path("system/jobs/<int:job_id>/cancel/", system.cancel_job, name="job_cancel"),
    path("system/jobs/parked/<int:item_id>/retry/", system.retry_parked, name="parked_retry"),
    path("system/jobs/parked/<int:item_id>/discard/", system.discard_parked, name="parked_discard"),
    path("system/health/", system.health, name="health"),
    path("files/<uuid:public_id>/", files.file, name="file"),
]
