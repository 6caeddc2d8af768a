"""Travel times the slow way: plain Python, by the rules in the docstrings of the surfaces."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict

import numpy as np

TICKS_PER_S = 4096


def dijkstra(edges, sources):
    """{node: (ticks, row of sources)} by a plain heap; ``edges`` are (tail, head, ticks)."""
    out = defaultdict(list)
    for tail, head, ticks in edges:
        out[tail].append((head, ticks))
    best, heap = {}, [(0, row, node) for row, node in enumerate(sources)]
    heapq.heapify(heap)
    while heap:
        ticks, row, node = heapq.heappop(heap)
        if node in best:
            continue
        best[node] = (ticks, row)
        for head, more in out[node]:
            heapq.heappush(heap, (ticks + more, row, head))
    return best


def half_ticks(friction, cell_size_m):
    """(straight, diagonal) ticks of half a cell of this friction."""
    return (
        round(cell_size_m / 2 * friction * TICKS_PER_S),
        round(cell_size_m / 2 * math.sqrt(2) * friction * TICKS_PER_S),
    )


def raster_edges(friction, cell_size_m):
    """Edges between the cells of a friction raster, by `FrictionSurface`'s rules."""
    n_rows, n_columns = friction.shape

    def is_open(row, column):
        return 0 <= row < n_rows and 0 <= column < n_columns and math.isfinite(friction[row, column])

    edges = []
    for row in range(n_rows):
        for column in range(n_columns):
            for down, right in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
                there = row + down, column + right
                if not (is_open(row, column) and is_open(*there)):
                    continue
                is_diagonal = down != 0 and right != 0
                if is_diagonal and not is_open(row + down, column) and not is_open(row, column + right):
                    continue
                ticks = sum(
                    half_ticks(float(friction[cell]), cell_size_m)[is_diagonal] for cell in ((row, column), there)
                )
                edges.append((row * n_columns + column, there[0] * n_columns + there[1], ticks))
    return edges


def strong_components(n_nodes, links):
    """Label of each node's strongly connected component, by reaching forwards and backwards from each node."""
    forward, backward = defaultdict(set), defaultdict(set)
    for tail, head in links:
        forward[tail].add(head)
        backward[head].add(tail)

    def reached(start, neighbours):
        seen, stack = {start}, [start]
        while stack:
            for node in neighbours[stack.pop()] - seen:
                seen.add(node)
                stack.append(node)
        return seen

    label = [-1] * n_nodes
    for node in range(n_nodes):
        if label[node] < 0:
            for other in reached(node, forward) & reached(node, backward):
                label[other] = node
    return label


def road_edges(territory, *, speeds_kmh, speed_factor, off_road_kmh, access_nodes, max_access_m):
    """Edges from cells towards sites, by `RoadSurface`'s rules.

    Nodes are ``("node", n)``, ``("cell", demand row)``, ``("site", row)``.
    """
    roads = territory.roads
    links, joined, edges = [], set(), []
    for tail, head, length_m, kind in zip(
        roads.link_from.tolist(), roads.link_to.tolist(), roads.link_length_m.tolist(), roads.link_class, strict=True
    ):
        name = roads.classes[kind]
        if name not in speeds_kmh:
            continue
        speed_m_per_s = speeds_kmh[name] * speed_factor / 3.6
        edges.append((("node", tail), ("node", head), round(length_m / speed_m_per_s * TICKS_PER_S)))
        links.append((tail, head))
        if name not in ("motorway", "motorway_link"):
            joined |= {tail, head}
    label = strong_components(len(roads.node_x_m), links)
    size = {name: label.count(name) for name in set(label)}
    largest = max(size, key=lambda name: (size[name], -label.index(name)))
    main = {node for node in joined if label[node] == largest}

    def legs(x_m, y_m, nodes):
        lengths = [(math.hypot(roads.node_x_m[n] - x_m, roads.node_y_m[n] - y_m), n) for n in nodes]
        return {(n, m) for m, n in sorted(lengths)[:access_nodes] if m <= max_access_m}

    def off_road(length_m):
        return round(length_m / (off_road_kmh / 3.6) * TICKS_PER_S)

    centres = list(zip(*territory.grid.centre_of(territory.demand.cell), strict=True))
    points = list(zip(territory.sites.x_m, territory.sites.y_m, strict=True))
    for row, (x_m, y_m) in enumerate(centres):
        for node, length_m in legs(x_m, y_m, joined) | legs(x_m, y_m, main):
            edges.append((("cell", row), ("node", node), off_road(length_m)))
        for site, (site_x_m, site_y_m) in enumerate(points):
            length_m = math.hypot(site_x_m - x_m, site_y_m - y_m)
            if length_m <= max_access_m:
                edges.append((("cell", row), ("site", site), off_road(length_m)))
    for row, (x_m, y_m) in enumerate(points):
        for node, length_m in legs(x_m, y_m, joined) | legs(x_m, y_m, main):
            edges.append((("node", node), ("site", row), off_road(length_m)))
    return edges


def towards(edges):
    """The edges turned round, to be searched from the sites."""
    return [(head, tail, ticks) for tail, head, ticks in edges]


def seconds(ticks):
    """Rounded up."""
    return -(-ticks // TICKS_PER_S)


def dense(times):
    """TravelTimes as a (sites, cells) array; -1 where beyond the cutoff."""
    table = np.full((times.n_sites, times.n_cells), -1)
    for site in range(times.n_sites):
        pairs = slice(times.site_start[site], times.site_start[site + 1])
        table[site, times.cell[pairs]] = times.time_s[pairs]
    return table
