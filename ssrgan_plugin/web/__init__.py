"""A page to restore pictures in a browser: its server, its sessions, its texts. The work is ``restoration``'s."""
