"""What is proven of filings: heads of the log, proof packages."""
