"""Pictures: arrays and files in, arrays and files out. Needs no toolbox but to read a toolbox's config."""
