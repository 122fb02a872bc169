"""Do the folded migrations make what those they replace made? A book from before goes on; a new one is made quickly."""

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader


def guards(state):
    """Each model's triggers by their names."""
    return {
        name: {trigger.name: trigger for trigger in model.options.get("triggers", [])}
        for name, model in state.models.items()
    }


def test_a_new_book_is_made_as_an_old_one_was_brought_up_to_date():
    folded = MigrationLoader(None)
    step_by_step = MigrationLoader(None, replace_migrations=False)
    assert len(step_by_step.graph.nodes) > len(folded.graph.nodes)
    before, after = step_by_step.project_state(), folded.project_state()
    assert MigrationAutodetector(before, after).changes(folded.graph) == {}
    assert guards(before) == guards(after)
