from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "readerstudy.training"
    label = "training"
