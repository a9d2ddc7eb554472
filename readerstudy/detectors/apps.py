from django.apps import AppConfig


class DetectorsConfig(AppConfig):
    name = "readerstudy.detectors"
    label = "detectors"
