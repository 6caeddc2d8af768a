"""Territory: what the country is like, on one Grid."""

from siting.territory.assemble import assemble
from siting.territory.values import AGE_GROUPS, Communes, Demand, RoadNetwork, Sites, Territory

__all__ = ["AGE_GROUPS", "Communes", "Demand", "RoadNetwork", "Sites", "Territory", "assemble"]
