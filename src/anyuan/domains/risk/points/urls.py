from django.urls import path

from anyuan.domains.risk.points import card_views, check_views, map_views, views

app_name = "risk"
urlpatterns = [
    path("", views.point_list, name="list"),
    path("new/", views.point_new, name="new"),
    path("library/", views.library_page, name="library"),
    path("export/", views.point_export, name="export"),
    path("export.<slug:kind>", views.point_paper, name="paper"),
    path("today/", check_views.today_part, name="today"),
    path("checks/", check_views.due_list, name="checks"),
    path("checks/<uuid:pk>/", check_views.check_page, name="check_one"),
    path("gradings/<uuid:pk>/", views.grading_page, name="grading"),
    path("map/", map_views.area_map, name="map"),
    path("map/<str:key>/", map_views.site_map, name="site_map"),
    path("map/<str:key>/plan/", map_views.plan_new, name="plan_new"),
    path("map/<str:key>/cards.pdf", card_views.all_cards, name="cards_pdf"),
    path("card/<str:signed>/", card_views.public_card, name="card"),
    path("proposals/<uuid:pk>/decline/", views.proposal_decline, name="proposal_decline"),
    path("controls/<uuid:pk>/end/", views.control_end, name="control_end"),
    path("<uuid:pk>/", views.point_detail, name="detail"),
    path("<uuid:pk>/past/", views.point_past, name="past"),
    path("<uuid:pk>/edit/", views.point_edit, name="edit"),
    path("<uuid:pk>/control/", views.control_new, name="control_new"),
    path("<uuid:pk>/place/<uuid:plan>/", map_views.point_place, name="place"),
    path("<uuid:pk>/check/", check_views.check_new, name="check_new"),
    path("<uuid:pk>/card.pdf", card_views.one_card, name="card_pdf"),
    path("<uuid:pk>/step/<slug:transition>/", views.point_act, name="act"),
]
