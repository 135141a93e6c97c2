"""What people at the desk ask for: bulk decisions, corrections, holds, sights."""
