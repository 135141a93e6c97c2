"""The law of the *Unterhaltsvorschussgesetz*: pure, dated, without input or output."""
