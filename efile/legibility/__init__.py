"""Whether people can read what lies in the files, today and in years."""
