"""Addresses of the platform's pages."""

from django.urls import path

from wutong.platform.views import profile, sign_in

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
]
