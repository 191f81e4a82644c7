"""Tools for those who work on Wutong; nothing here runs in a deployment."""
