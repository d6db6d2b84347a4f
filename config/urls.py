"""Addresses of the admin, the public pages and the webhook endpoint."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from campaigns.pages import unsubscribe
from shops.pages import hook

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("language/", include("django.conf.urls.i18n")),
    path("hooks/<slug:key>/", hook, name="hook"),
    path("u/<str:token>/", unsubscribe, name="unsubscribe"),
]
