"""A Zoom of one's own: OAuth, REST, meeting pages and faults on request (see README.md)."""
