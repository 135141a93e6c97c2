"""Where bytes lie: S3 or a plain folder, and what lies where."""
