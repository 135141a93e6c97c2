"""The message's way: intake, journey, commit, fulfilment. Each step reads on one screen."""
