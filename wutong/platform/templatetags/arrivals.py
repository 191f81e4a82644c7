"""``{% load arrivals %}{{ drop.reason|in_words:"reason" }}``: codes of lanes, queues, doors, reasons in words."""

from django import template

from wutong.platform.arrival_labels import in_words

register = template.Library()
register.filter("in_words", in_words)
