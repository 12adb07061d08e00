"""A Zoom of one's own: OAuth, REST, meeting pages and faults on request, on 127.0.0.1 (see README.md beside this file)."""
