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
    loader, step_by_step = MigrationLoader(None), MigrationLoader(None, replace_migrations=False)
    folded = [key for key in loader.graph.nodes if loader.disk_migrations[key].replaces]
    last = [loader.disk_migrations[key].replaces[-1] for key in folded]
    assert len(folded) >= 7 and set(last) <= set(step_by_step.graph.nodes)
    before, after = step_by_step.project_state(last), loader.project_state(folded)
    assert MigrationAutodetector(before, after).changes(loader.graph) == {}
    assert guards(before) == guards(after)
