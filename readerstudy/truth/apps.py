from django.apps import AppConfig


class TruthConfig(AppConfig):
    name = "readerstudy.truth"
    label = "truth"

    def ready(self) -> None:
        """Say who imports in the background."""
        from readerstudy.jobs import registry
        from readerstudy.truth import bringing_in

        registry.register(bringing_in.KIND, bringing_in.run_import, told=bringing_in.TOLD)
