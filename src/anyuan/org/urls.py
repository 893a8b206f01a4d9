from django.urls import path

from anyuan.org import access_views, import_views, views

app_name = "org"
urlpatterns = [
    path("units/", views.unit_list, name="units"),
    path("units/<str:key>/", views.unit_detail, name="unit"),
    path("units/<str:key>/new/", views.unit_new, name="unit_new"),
    path("units/<str:key>/profile/", views.profile, name="profile"),
    path("units/<str:key>/person/", views.person_new, name="person_new"),
    path("units/<str:key>/change/", views.unit_change, name="change"),
    path("posts/<uuid:pk>/end/", views.post_end, name="post_end"),
    path("posts/<uuid:pk>/password/", views.password_reset, name="password_reset"),
    path("tokens/", access_views.tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke/", access_views.token_revoke, name="token_revoke"),
    path("second-factor/", access_views.second_factor, name="second_factor"),
    path("audit/", views.audit_log, name="audit"),
    path("import/", import_views.upload, name="import"),
    path("import/template/<slug:what>.xlsx", import_views.template, name="import_template"),
]
