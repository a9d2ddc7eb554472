from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "readerstudy.reports"
    label = "reports"

    def ready(self) -> None:
        """Name the job that this room does."""
        from readerstudy.jobs.registry import register
        from readerstudy.reports import blinding_jobs
        from readerstudy.reports.blinding_audit import BlindingAuditError

        register(blinding_jobs.KIND, blinding_jobs.run, told=(BlindingAuditError,))
