"""Which tags and filters may a page use? All of them, as one builtin library, so no page loads it."""

from django import template

from . import components, words

register = template.Library()
for part in (words.register, components.register):
    register.tags.update(part.tags)
    register.filters.update(part.filters)
