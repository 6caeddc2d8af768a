"""Population: a planner's own people, read from what public bodies publish and laid on the run's Grid."""

from siting.territory.population.laying import Laid, lay_people
from siting.territory.population.reading import read_population
from siting.territory.population.settling import settle
from siting.territory.population.values import SourceCells

__all__ = ["Laid", "SourceCells", "lay_people", "read_population", "settle"]
