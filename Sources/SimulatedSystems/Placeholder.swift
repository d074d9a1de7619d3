// SimulatedSystems
