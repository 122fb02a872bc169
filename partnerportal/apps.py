"""Who keeps which promise? Told to the outbox once, when the portal starts."""

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The wiring's own place among the apps."""

    name = "partnerportal"
    verbose_name = "Partner Portal"

    def ready(self) -> None:
        """Join effects and letters with the floors that decide them; models are loaded by now."""
        import_module("partnerportal.joining").join()
        import_module("partnerportal.checks")
        import_module("subscriptions.checks")
        import_module("billing.checks")
        import_module("partnerportal.checks")
