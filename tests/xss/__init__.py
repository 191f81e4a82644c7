"""Whatever visitors and colleagues type is shown as they typed it and never becomes a part of the page."""
