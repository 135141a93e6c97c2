"""What every durable act in folders stands on."""
