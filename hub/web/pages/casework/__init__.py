"""A caseworker's day: own files, tasks, notes, files on a day, access to files."""
