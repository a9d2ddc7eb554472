from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "readerstudy.cohorts"
    label = "cohorts"

    def ready(self) -> None:
        """Say who presents a cohort anew in the background."""
        from readerstudy.cohorts import presenting_jobs
        from readerstudy.jobs import registry

        registry.register(presenting_jobs.KIND, presenting_jobs.run_presenting, told=presenting_jobs.TOLD)
