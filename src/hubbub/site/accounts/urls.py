"""Addresses of the account pages: those of allauth that we serve, and our own."""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from hubbub.site.accounts import entrance, views, workspace_views

# Only these pages of allauth have our templates; its others (e-mail lists, phones, codes) are not served.
_ALLAUTH = [
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("accounts/signup/", entrance.SignUpView.as_view(), name="account_signup"),
    path("accounts/password/change/", allauth_views.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth_views.password_set, name="account_set_password"),
    path("accounts/password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "accounts/password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns = [
    *_ALLAUTH,
    path("welcome/", entrance.welcome, name="welcome"),
    path("join/<str:token>/", entrance.JoinView.as_view(), name="join"),
    path("account/", views.account, name="account"),
    path("account/tokens/", views.make_token, name="make_token"),
    path("account/tokens/<int:token_id>/revoke/", views.end_token, name="revoke_token"),
    path("account/sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/appearance/", views.change_appearance, name="appearance"),
    path("workspace/", workspace_views.workspace, name="workspace"),
    path("workspace/invitations/", workspace_views.make_invitation, name="make_invitation"),
    path(
        "workspace/invitations/<int:invitation_id>/revoke/",
        workspace_views.revoke_invitation,
        name="revoke_invitation",
    ),
]
