"""``{% load permissions %}{% if user|may:"staff.manage" %}``: show only what a colleague may do."""

from django import template

from wutong.platform import permissions

register = template.Library()
register.filter("may", permissions.may)
