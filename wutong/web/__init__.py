"""The shell around every page: frame, navigation, components, style and script."""
