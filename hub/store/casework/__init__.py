"""What caseworkers keep beside the files, and what decides which files they see."""
