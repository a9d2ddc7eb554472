from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "readerstudy.reports"
    label = "reports"
