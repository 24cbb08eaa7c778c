"""The scenario pack: archives, manifest, graph schema, CSV, validation."""
