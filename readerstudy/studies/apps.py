from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "readerstudy.studies"
    label = "studies"

    def ready(self) -> None:
        """Say whose the jobs about a study are."""
        from readerstudy.jobs.scoping import scope
        from readerstudy.studies.scope import slugs_run_by

        scope("study", slugs_run_by)
