"""The demonstration: the main job on fictitious people, played through the real parts."""
