"""The URL root. Every domain's pages are under its own name; accounts are allauth's."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path, re_path

from anyuan.web.views import page_not_found

# Pages of the accounts' framework that this product has no use for: people are registered by their unit,
# passwords reset by the administrator, single sign-on opens existing accounts only.
UNUSED = (
    r"^accounts/(email|confirm-email|signup|password/reset|login/code|3rdparty|social)/(?!login/)"
)

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(UNUSED, page_not_found),
    path("accounts/", include("allauth.urls")),
    path("", include("anyuan.web.urls")),
    path("org/", include("anyuan.org.urls")),
]
urlpatterns += [
    path(f"{app.label}/", include(f"{app.name}.urls"))
    for app in apps.get_app_configs()
    if app.name.startswith(("anyuan.engines.", "anyuan.domains.")) and find_spec(f"{app.name}.urls")
]
if find_spec("anyuan.api.urls"):
    urlpatterns.append(path("api/", include("anyuan.api.urls")))

handler400 = "anyuan.web.views.bad_request"
handler404 = "anyuan.web.views.page_not_found"
handler500 = "anyuan.web.views.server_error"
