from django.urls import path

from anyuan.domains.campaigns import sample_views, unit_views, views

app_name = "campaigns"
urlpatterns = [
    path("", views.campaign_list, name="list"),
    path("new/", views.campaign_new, name="new"),
    path("notes/<uuid:pk>/", unit_views.note_one, name="note_one"),
    path("<uuid:pk>/", views.campaign_detail, name="detail"),
    path("<uuid:pk>/step/<slug:transition>/", views.campaign_act, name="act"),
    path("<uuid:pk>/links/<int:link>/", views.link_edit, name="link"),
    path("<uuid:pk>/summary/", views.summary_edit, name="summary"),
    path("<uuid:pk>/paper/<slug:paper>.<slug:form>", views.paper, name="paper"),
    path("<uuid:pk>/units/", unit_views.unit_list, name="units"),
    path("<uuid:pk>/units/<str:key>/", unit_views.unit_one, name="unit"),
    path("<uuid:pk>/units/<str:key>/<int:task>/", unit_views.accept, name="accept"),
    path("<uuid:pk>/findings/", unit_views.finding_list, name="findings"),
    path("<uuid:pk>/note/", unit_views.note_new, name="note"),
    path("<uuid:pk>/nudge/", unit_views.nudge, name="nudge"),
    path("<uuid:pk>/draw/", sample_views.draw_new, name="draw"),
    path("<uuid:pk>/draws/<uuid:draw>/", sample_views.draw_one, name="draw_one"),
]
