from django.urls import path

from anyuan.engines.notices import paper_views, settings_views, views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("bell", views.bell, name="bell"),
    path("read", views.mark_read, name="mark_read"),
    path("settings", settings_views.settings_page, name="settings"),
    path("settings/try", settings_views.try_channels, name="try"),
    path("robots/", settings_views.robot_list, name="robots"),
    path("robots/<uuid:pk>", settings_views.robot_row, name="robot_row"),
    path("robots/<uuid:pk>/try", settings_views.robot_try, name="robot_try"),
    path("robots/<uuid:pk>/switch", settings_views.robot_switch, name="robot_switch"),
    path("papers/", paper_views.paper_list, name="papers"),
    path("papers/<str:kind>/", paper_views.paper_kind, name="paper_kind"),
    path("papers/<str:kind>/use/", paper_views.paper_use, name="paper_use"),
    path("papers/<str:kind>/template.docx", paper_views.paper_download, name="paper_download"),
    path("papers/<str:kind>/sample.<slug:form>", paper_views.paper_sample, name="paper_sample"),
    path("files/", views.upload, name="upload"),
    path("files/<uuid:pk>/small", views.small_photo, name="small_photo"),
    path("records/<uuid:pk>/comments", views.comment, name="comment"),
    path("<uuid:pk>/open", views.open_message, name="open"),
]
