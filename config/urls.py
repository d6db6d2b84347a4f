"""Addresses of the admin, the public pages, the doors of intake and the API."""

from allauth.account.views import logout, reauthenticate
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from rest_framework.routers import SimpleRouter

from assistant import chat_pages
from campaigns.event_pages import carrier_events, mail_events
from campaigns.notice_pages import notice
from campaigns.pages import click, opened, unsubscribe, wishes
from config import demo_pages, find, first_run_pages
from insights import pages as insight_pages
from shops import saved_views
from shops.join_pages import join
from shops.pages import hook, script, site
from shops.rest import problems, reference
from shops.sign_in import SignIn

handler400 = problems.bad_request
handler404 = problems.not_found
handler500 = problems.server_error

admin.site.index_title = _("Overview")

api = SimpleRouter(trailing_slash=False)
for name, resource in settings.API_RESOURCES.items():
    api.register(name, import_string(resource), basename=name)

ELSEWHERE = []
if settings.OTHER_DOORS:
    provider = "allauth.socialaccount.providers.openid_connect.urls"
    ELSEWHERE = [
        path("admin/you/", include("allauth.socialaccount.urls")),
        path("admin/you/", include(provider)),
    ]

admit = admin.site.admin_view
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("welcome/<slug:code>/", first_run_pages.welcome, name="welcome"),
    path("admin/first-run/", admit(first_run_pages.begin), name="first-run"),
    path("admin/first-run/shop/", admit(first_run_pages.new_shop), name="first-run-shop"),
    path(
        "admin/first-run/<slug:key>/<slug:name>/",
        admit(first_run_pages.step),
        name="first-run-step",
    ),
    path("admin/find/", admit(find.show), name="find"),
    path("admin/views/", admit(saved_views.save), name="saved-view-save"),
    path("admin/views/<int:pk>/forget/", admit(saved_views.forget), name="saved-view-forget"),
    path("admin/demo-shop/add/", admit(demo_pages.add), name="demo-shop-add"),
    path("admin/demo-shop/<int:pk>/", admit(demo_pages.show), name="demo-shop"),
    path("admin/demo-shop/<int:pk>/remove/", admit(demo_pages.remove), name="demo-shop-remove"),
    path("admin/login/", SignIn.as_view(), name="account_login"),
    path("admin/you/leave/", logout, name="account_logout"),
    path("admin/you/again/", reauthenticate, name="account_reauthenticate"),
    path("admin/you/factors/", include("allauth.mfa.urls")),
    path("admin/you/devices/", include("allauth.usersessions.urls")),
    path("admin/you/join/<str:token>/", join, name="join"),
    *ELSEWHERE,
    path("admin/", admin.site.urls),
    path("language/", include("django.conf.urls.i18n")),
    path("hooks/<slug:key>/", hook, name="hook"),
    path("site/<slug:key>/", site, name="site"),
    path("waymark.js", script, name="script"),
    path("offers.js", insight_pages.script, name="offers-script"),
    path("offers/<slug:key>/", insight_pages.offers, name="offers"),
    path("chat.js", chat_pages.script, name="chat-script"),
    path("chat/<slug:key>/", chat_pages.chat, name="chat"),
    path("api/v1/docs/", reference.show, name="api-docs"),
    path("api/v1/openapi.json", reference.document, name="api-document"),
    path("api/v1/", include(api.urls)),
    re_path("^api/", problems.not_found),
    path("u/<str:token>/", unsubscribe, name="unsubscribe"),
    path("w/<str:token>/", wishes, name="preferences"),
    path("n/<str:token>/", notice, name="notice"),
    path("c/<str:token>/<int:number>/", click, name="click"),
    path("o/<str:token>/", opened, name="opened"),
    path("e/<str:token>/", mail_events, name="mail-events"),
    path("t/<str:token>/", carrier_events, name="text-events"),
]
