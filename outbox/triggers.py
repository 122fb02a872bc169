"""How do the triggers of new tables get into the database? All at once, after the tables stand.

`AddTrigger` renders every model that hangs together with its own, and ours all do: a fresh database would wait for
that ninety times. Here the triggers are options of `CreateModel`, and one operation installs them."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger


class InstallTriggers(Operation):
    """The triggers that the state names on these models, in the order in which it names them."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, models: list[str]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state has them since the tables were made."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Install each; its SQL is complete and has no parameters."""
        for model in self.models:
            for trigger in to_state.models[app_label, model.lower()].options["triggers"]:
                schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """They go with their tables."""

    def describe(self) -> str:
        """What `migrate --plan` says."""
        return f"Install the triggers of {', '.join(self.models)}"


class AddTriggers(Operation):
    """Triggers of tables that stand already, all at once: each by its model's name and itself."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, triggers: list[tuple[str, Trigger]]) -> None:
        self.triggers = triggers

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """They are options of their models; nothing hangs on them that would have to be rendered anew."""
        for model, trigger in self.triggers:
            options = state.models[app_label, model].options
            options["triggers"] = [*options.get("triggers", []), trigger]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Install each."""
        for _model, trigger in self.triggers:
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take each out again."""
        for _model, trigger in self.triggers:
            schema_editor.execute(trigger.uninstall_sql, params=None)

    def describe(self) -> str:
        """What `migrate --plan` says."""
        return f"Install triggers of {', '.join(sorted({model for model, _trigger in self.triggers}))}"
