"""The addresses of the shop, and the chat among them below a prefix."""

from django.contrib.auth.views import LoginView
from django.urls import include, path

from tests.host.shop import views

urlpatterns = [
    path("", views.front, name="front"),
    path("sign-in/", LoginView.as_view(template_name="shop/sign_in.html")),
    path("talk/", include("hubbub.urls")),
]
