"""Pages of foreign documents: found in, made anew, proven. Runs in the limited child only."""
