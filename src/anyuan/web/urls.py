from django.urls import path

from anyuan.web import board_views, command_views, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("posts/choose", views.post_choose, name="post_choose"),
    path("files/<uuid:pk>", views.file_content, name="file"),
    path("command/", command_views.home, name="command"),
    path("command/panels", command_views.panels, name="command_panels"),
    path("command/marks", command_views.marks, name="command_marks"),
    path("command/screen/", command_views.screen, name="screen"),
    path("command/screen/panels", command_views.screen_panels, name="screen_panels"),
    path("today/", board_views.today, name="today"),
    path("today/more/", board_views.today_more, name="today_more"),
    path("board/", board_views.board, name="board"),
    path("board/direct/", board_views.board_direct, name="board_direct"),
    path("board/map/", board_views.city_map, name="map"),
    path("board/point/<int:number>/", board_views.board_point, name="board_point"),
    path("board/<str:key>/", board_views.board, name="board_unit"),
]
