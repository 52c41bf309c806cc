"""The parts of the simulation: each runs, judges its goals and hands over tables and plots as one section."""
