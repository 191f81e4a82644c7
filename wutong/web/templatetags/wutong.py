"""``{% load wutong %}``: everything pages are made of, gathered from :mod:`wutong.web.tags`."""

from django.template import Library

from wutong.web.tags import cells, display, feedback, formats, forms, frame, lists, records

register = Library()
for _part in (cells, display, feedback, forms, formats, frame, lists, records):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
