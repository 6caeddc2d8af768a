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


def ways_straight_on(friction, cell_size_m):
    """For each open cell, the ways (north, east, south, west) in which who comes in straight need only go straight on.

    Who came from *p* into *x* need not turn aside to *y*, on either side, nor to *n* slantwise beyond it.
    """
    n_rows, n_columns = friction.shape
    steps = {
        place: half_ticks(float(friction[place]), cell_size_m)
        for place in np.ndindex(n_rows, n_columns)
        if math.isfinite(friction[place])
    }

    def is_plain(x, down, right):
        p = x[0] - down, x[1] - right
        for aside in (-1, 1):
            y = x[0] + aside * right, x[1] + aside * down
            n = y[0] + down, y[1] + right
            (h_p, d_p), (h_x, d_x) = steps.get(p, (0, 0)), steps[x]
            h_y, d_y = steps.get(y, (0, 0))
            if y in steps and d_p + d_y >= h_p + 2 * h_x + h_y:
                return False
            if n in steps and y not in steps:
                return False
            if n in steps and d_p + d_y + h_y + steps[n][0] > h_p + h_x + d_x + steps[n][1]:
                return False
        return True

    ways = ((-1, 0), (0, 1), (1, 0), (0, -1))
    return {x: {way for way, (down, right) in enumerate(ways) if is_plain(x, down, right)} for x in steps}


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


CLOSED_CLASSES = ("motorway", "motorway_link", "trunk", "trunk_link")


def road_edges(territory, *, speeds_kmh, speed_factor, off_road_kmh, access_links, max_access_m):
    """Edges from cells towards sites, by `RoadSurface`'s rules.

    Nodes are ``("node", n)``, ``("cell", demand row)``, ``("site", row)``.
    """
    roads, edges = territory.roads, []
    links, segments = _links(roads, speeds_kmh, speed_factor)
    for tail, head, time_s in links:
        edges.append((("node", tail), ("node", head), in_ticks(time_s)))

    def off_road(length_m):
        return in_ticks(length_m / (off_road_kmh / 3.6))

    centres = list(zip(*territory.grid.centre_of(territory.demand.cell), strict=True))
    points = list(zip(territory.sites.x_m, territory.sites.y_m, strict=True))
    joins = {
        (kind, row): found
        for kind, places in (("cell", centres), ("site", points))
        for row, found in enumerate(_joins(roads, links, segments, places, access_links, max_access_m))
    }
    for (kind, row), found in joins.items():
        for length_m, node, pair, share in found:
            ways = [(node, 0.0)] if node >= 0 else []
            for whole_s, (begin, end) in _directions(segments, pair) if node < 0 else ():
                # a cell goes on to the end of a link; a site is reached from its beginning
                is_onwards = (begin < end) == (kind == "cell")
                ways.append((end if kind == "cell" else begin, whole_s * (1 - share if is_onwards else share)))
            for other, part_s in ways:
                here, there = (kind, row), ("node", other)
                ends = (here, there) if kind == "cell" else (there, here)
                edges.append((*ends, off_road(length_m) + in_ticks(part_s)))
    for row, (x_m, y_m) in enumerate(centres):
        for site, (site_x_m, site_y_m) in enumerate(points):
            length_m = math.hypot(site_x_m - x_m, site_y_m - y_m)
            if length_m <= max_access_m:
                edges.append((("cell", row), ("site", site), off_road(length_m)))
            for from_m, node, pair, share in joins["cell", row]:
                for to_m, other_node, other_pair, other_share in joins["site", site]:
                    if pair != other_pair or node >= 0 or other_node >= 0:
                        continue
                    for whole_s, (begin, end) in _directions(segments, pair):
                        if (other_share - share) * (end - begin) >= 0:
                            part = in_ticks(abs(other_share - share) * whole_s)
                            edges.append((("cell", row), ("site", site), off_road(from_m) + off_road(to_m) + part))
    return edges


def overland_edges(friction, grid, roads, time_of_class, places, *, access_links):
    """Edges of a raster and roads crossed in any order, by the rules of `siting.travel.overland.overland_edges`.

    Nodes are cells, then road nodes, then places.
    """
    n_columns = friction.shape[1]
    size_m, n_cells, n_nodes = grid.cell_size_m, grid.n_cells, len(roads.node_x_m)
    edges = []
    for tail, head, _ in raster_edges(friction, size_m):
        rows_apart, columns_apart = (
            abs(a - b) for a, b in zip(divmod(tail, n_columns), divmod(head, n_columns), strict=True)
        )
        far = size_m * float(np.hypot(rows_apart, columns_apart))
        edges.append((tail, head, in_ticks(far * (friction.flat[tail] + friction.flat[head]) / 2)))
    links, segments = _links(roads, time_of_class, 1.0)
    edges += [(n_cells + tail, n_cells + head, in_ticks(time_s)) for tail, head, time_s in links]
    ends = []  # (node, x, y, m/s)
    for cell in range(n_cells):
        if math.isfinite(friction.flat[cell]):
            ends.append((cell, *(float(value) for value in grid.centre_of(cell)), 1 / float(friction.flat[cell])))
    for row, (x_m, y_m) in enumerate(places):
        stand = _stand(friction, grid, x_m, y_m)
        if stand is not None:
            ends.append((n_cells + n_nodes + row, x_m, y_m, 1 / float(friction.flat[stand])))
            centre_x_m, centre_y_m = grid.centre_of(stand)
            ticks = in_ticks(math.hypot(centre_x_m - x_m, centre_y_m - y_m) / ends[-1][3])
            edges += [(n_cells + n_nodes + row, stand, ticks), (stand, n_cells + n_nodes + row, ticks)]
    at = [(x_m, y_m) for _, x_m, y_m, _ in ends]
    joins = _joins(roads, links, segments, at, access_links, size_m * math.sqrt(0.5))
    inside = []
    for (name, _, _, m_per_s), found in zip(ends, joins, strict=True):
        for length_m, node, pair, share in found:
            away = in_ticks(length_m / m_per_s)
            if node >= 0:
                edges += [(name, n_cells + node, away), (n_cells + node, name, away)]
                continue
            for whole_s, (begin, end) in _directions(segments, pair):
                done, left = (share, 1 - share) if begin < end else (1 - share, share)
                edges.append((name, n_cells + end, away + in_ticks(left * whole_s)))
                edges.append((n_cells + begin, name, away + in_ticks(done * whole_s)))
            inside.append((name, away, pair, share))
    for one, away, pair, share in inside:
        for other, there, other_pair, other_share in inside:
            for whole_s, (begin, end) in _directions(segments, pair) if pair == other_pair else ():
                if (other_share - share) * (end - begin) >= 0:
                    edges.append((one, other, away + there + in_ticks(abs(other_share - share) * whole_s)))
    return edges


def _stand(friction, grid, x_m, y_m):
    """The cell of a place, or the nearest open one around it, or None."""
    cell = int(grid.cell_at(x_m, y_m))
    if cell < 0 or math.isfinite(friction.flat[cell]):
        return cell if cell >= 0 else None
    row, column = divmod(cell, grid.n_columns)
    around = [
        r * grid.n_columns + c
        for r in range(max(row - 1, 0), min(row + 2, grid.n_rows))
        for c in range(max(column - 1, 0), min(column + 2, grid.n_columns))
        if math.isfinite(friction[r, c])
    ]
    return min(
        around, key=lambda one: (float(np.hypot(*np.subtract(grid.centre_of(one), (x_m, y_m)))), one), default=None
    )


def _joins(roads, links, segments, places, n_nearest, max_length_m):
    """For each place, the points by which it joins the roads."""
    label = strong_components(len(roads.node_x_m), [link[:2] for link in links])
    size = {name: label.count(name) for name in set(label)}
    largest = max(size, key=lambda name: (size[name], -label.index(name)))
    found = []
    for x_m, y_m in places:
        every = [nearest_point(roads, pair, x_m, y_m) for pair in sorted(segments)]
        main = [one for one in every if {label[node] for node in one[2]} == {largest}]
        found.append(first_points(every, n_nearest, max_length_m) | first_points(main, n_nearest, max_length_m))
    return found


def in_ticks(time_s):
    return round(float(time_s) * TICKS_PER_S)


def _links(roads, speeds_kmh, speed_factor):
    """(tail, head, seconds) of what is driven; {(node, node): {(tail, head): least seconds}} of what is joined."""
    links, segments = [], {}
    for row, kind in enumerate(roads.link_class):
        name = roads.classes[kind]
        if name not in speeds_kmh:
            continue
        tail, head = int(roads.link_from[row]), int(roads.link_to[row])
        time_s = float(roads.link_length_m[row]) / (speeds_kmh[name] * speed_factor / 3.6)
        links.append((tail, head, time_s))
        is_off_ground = roads.link_is_off_ground is not None and roads.link_is_off_ground[row]
        if name not in CLOSED_CLASSES and not is_off_ground:
            ways = segments.setdefault((min(tail, head), max(tail, head)), {})
            ways[tail, head] = min(time_s, ways.get((tail, head), math.inf))
    return links, segments


def _directions(segments, pair):
    return [(whole_s, ends) for ends, whole_s in segments[pair].items()]


def nearest_point(roads, pair, x_m, y_m):
    """(length, node or -1, segment, share) of the point of a segment nearest to a place."""
    begin_x, begin_y = float(roads.node_x_m[pair[0]]), float(roads.node_y_m[pair[0]])
    along_x, along_y = float(roads.node_x_m[pair[1]]) - begin_x, float(roads.node_y_m[pair[1]]) - begin_y
    square = along_x * along_x + along_y * along_y
    share = ((x_m - begin_x) * along_x + (y_m - begin_y) * along_y) / square if square > 0 else 0.0
    if 0 < share < 1:
        return math.hypot(begin_x + share * along_x - x_m, begin_y + share * along_y - y_m), -1, pair, share
    node = pair[0] if share <= 0 else pair[1]
    return math.hypot(roads.node_x_m[node] - x_m, roads.node_y_m[node] - y_m), node, pair, share


def first_points(found, n_nearest, max_length_m):
    """The first different points by (length, nodes before feet, node, segment)."""
    different = {}
    for length_m, node, pair, share in sorted(found, key=lambda one: (one[0], one[1] < 0, one[1], one[2])):
        if length_m <= max_length_m:
            key = (node, None) if node >= 0 else (-1, pair)
            different.setdefault(key, (length_m, node, pair if node < 0 else None, share if node < 0 else 0.0))
    return set(list(different.values())[:n_nearest])


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
