"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from hitl_project import views

urlpatterns = [
    path("", include("reviews.urls")),
    path("login/", LoginView.as_view(template_name="login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("hitl_project.api")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

handler400 = "hitl_project.errors.bad_request"
handler403 = "hitl_project.errors.permission_denied"
handler404 = "hitl_project.errors.page_not_found"
handler500 = "hitl_project.errors.server_error"
