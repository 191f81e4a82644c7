app_name = "platform"
urlpatterns = []
