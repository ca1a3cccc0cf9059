"""The addresses of the shop, and the chat among them by one line."""

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import include, path

from tests.host.shop import views

urlpatterns = [
    path("", views.front, name="front"),
    path("orders/", views.order),
    path("sign-in/", LoginView.as_view(template_name="shop/sign_in.html")),
    path("back-office/", admin.site.urls),
    path("", include("hubbub.urls")),
]
