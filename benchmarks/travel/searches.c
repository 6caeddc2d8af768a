/* The kernels of siting.travel again in C, entry for entry, to tell what the language costs.
   Worlds of more than 255 frictions and long cutoffs are left to the Python side: one word type is enough here. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t u64;
typedef uint32_t u32;

static void open_row(const uint8_t *classes, int64_t n_columns, int64_t row, int64_t left, u32 beyond, u32 *fresh,
                     int64_t width, int is_inside) {
    memset(fresh, 0, 4 * width);
    const uint8_t *kinds = classes + row * n_columns + left;
    for (int64_t i = 1; is_inside && i < width - 1; i++) fresh[i] = kinds[i] ? (beyond | kinds[i]) : 0;
}

static u64 look_ahead(const u32 *cells, const u32 *waiting, u64 n_entries, u64 since, const u32 *leave,
                      const u32 *enter, const u64 *ring, u32 *seen) {
    u64 n_seen = 0;
    for (u64 i = 0; i < n_entries; i++) {
        u64 entry = waiting[i], now = cells[entry >> 3];
        if (now < since) continue;
        u64 ahead = entry & 7, slant = entry & 1, kind = 2 * (now & 255);
        u64 even = now + leave[kind + slant], odd = now + leave[kind + 1 - slant], other[5], before[5], sooner[5];
        for (int turn = 0; turn < 5; turn++) {
            u64 way = turn & 1 ? 1 - slant : slant;
            other[turn] = entry - ahead + ring[ahead + 1 + turn];
            before[turn] = cells[other[turn] >> 3];
            sooner[turn] = (turn & 1 ? odd : even) + enter[2 * (before[turn] & 255) + way];
        }
        for (int turn = 0; turn < 5; turn++) {
            seen[2 * n_seen] = (u32)other[turn];
            seen[2 * n_seen + 1] = (u32)sooner[turn];
            n_seen += sooner[turn] < before[turn];
        }
    }
    return n_seen;
}

static int improve(u32 *cells, u64 n_seen, const u32 *seen, u32 bucket_bits, const u64 *by_side, int has_marks,
                   u32 *queue, u64 slot_mask, u64 capacity, u64 *n_waiting) {
    for (u64 i = 0; i < n_seen; i++) {
        u64 entry = seen[2 * i], sooner = seen[2 * i + 1], cell = entry >> 3;
        const u64 *facts = by_side + 4 * (entry & 7);
        u64 is_marked = has_marks ? sooner >> facts[2] & ~entry & 1 : 0;
        u64 aim = 2 * (sooner >> bucket_bits & slot_mask) + is_marked, end = n_waiting[aim], before = cells[cell];
        if (end == capacity) return 0;
        u32 beside = cells[cell + facts[0]] | cells[cell + facts[1]];
        u64 is_better = (sooner < before) & (beside != 0);
        cells[cell] = (u32)(is_better ? sooner : before);
        queue[aim * capacity + end] = (u32)entry;
        n_waiting[aim] = end + is_better;
    }
    return 1;
}

static int go_on(u32 *cells, u64 slot, u64 first, u64 stop, u32 bucket_bits, const u32 *leave, const u32 *enter,
                 const u64 *by_side, u32 *queue, u64 slot_mask, u64 capacity, u64 *n_waiting) {
    for (u64 i = first; i < stop; i++) {
        u64 entry = queue[slot * capacity + i];
        const u64 *facts = by_side + 4 * (entry & 7);
        u64 other = entry + facts[3], now = cells[entry >> 3], before = cells[other >> 3];
        u64 sooner = now + leave[2 * (now & 255)] + enter[2 * (before & 255)];
        u64 aim = 2 * (sooner >> bucket_bits & slot_mask) + (sooner >> facts[2] & 1), end = n_waiting[aim];
        if (end == capacity) return 0;
        u64 is_better = sooner < before;
        cells[other >> 3] = (u32)(is_better ? sooner : before);
        queue[aim * capacity + end] = (u32)other;
        n_waiting[aim] = end + is_better;
    }
    return 1;
}

static int search_window(const uint8_t *classes, int64_t n_columns, int64_t top, int64_t left, u32 *state,
                         int64_t height, int64_t width, int64_t source, u32 limit, const u32 *leave, u64 n_halves,
                         u32 shift, const u64 *mark_bits, u64 n_together, u32 *queue, u64 n_slots, u64 capacity,
                         u64 *n_waiting, int64_t *first_row, int64_t *last_row) {
    const int64_t down[8] = {-1, -1, 0, 1, 1, 1, 0, -1}, right[8] = {0, 1, 1, 1, 0, -1, -1, -1};
    const u32 beyond = (limit + 1) << 8, bucket_bits = 8 + shift, *enter = leave + n_halves;
    u64 ring[14], by_side[32] = {0}, n_idle = 0, slot_mask = n_slots - 1;
    for (int i = 0, side = 5; i < 14; i++, side = (side + 1) & 7) ring[i] = 8 * (down[side] * width + right[side]) + side;
    for (int side = 0; side < 8; side++) {
        if (side % 2) {
            by_side[4 * side] = -down[side] * width;
            by_side[4 * side + 1] = -right[side];
        } else if (mark_bits)
            by_side[4 * side + 2] = mark_bits[side / 2];
        by_side[4 * side + 3] = 8 * (down[side] * width + right[side]);
    }
    int64_t first = source / width - 2, last = first + 4;
    if (first < 0) first = 0;
    if (last > height - 1) last = height - 1;
    for (int64_t row = first; row <= last; row++)
        open_row(classes, n_columns, top + row, left, beyond, state + row * width, width, 0 < row && row < height - 1);
    *first_row = first;
    *last_row = last;
    if (state[source] == 0) return 1;
    state[source] -= beyond;
    memset(n_waiting, 0, 16 * n_slots);
    for (u32 side = 0; side < 8; side++) queue[side] = 8 * (u32)source + side;
    n_waiting[0] = 8;
    u32 *seen = malloc(8 * (5 * n_together + 1));
    int is_done = 1;
    for (u64 bucket = 0; n_idle < n_slots && is_done; bucket++) {
        u64 ahead = 2 * (bucket & slot_mask), onward = ahead + 1, n_ahead = 0, n_onward = 0;
        n_idle = n_waiting[ahead] | n_waiting[onward] ? 0 : n_idle + 1;
        while (is_done && (n_ahead < n_waiting[ahead] || n_onward < n_waiting[onward])) {
            u64 slot = n_onward < n_waiting[onward] ? onward : ahead, begin = slot == onward ? n_onward : n_ahead;
            u64 stop = n_waiting[slot], lowest = UINT64_MAX, highest = 0;
            if (slot == onward)
                n_onward = stop;
            else
                n_ahead = stop = stop - begin < n_together ? stop : begin + n_together;
            for (u64 i = begin; i < stop; i++) {
                u64 entry = queue[slot * capacity + i];
                if (entry < lowest) lowest = entry;
                if (entry > highest) highest = entry;
            }
            while (first > 0 && lowest < (u64)((first + 2) * 8 * width)) {
                first--;
                open_row(classes, n_columns, top + first, left, beyond, state + first * width, width, first > 0);
            }
            while (last < height - 1 && highest >= (u64)((last - 1) * 8 * width)) {
                last++;
                open_row(classes, n_columns, top + last, left, beyond, state + last * width, width, last < height - 1);
            }
            if (slot == onward)
                is_done = go_on(state, slot, begin, stop, bucket_bits, leave, enter, by_side, queue, slot_mask, capacity,
                                n_waiting);
            else {
                u64 n_seen = look_ahead(state, queue + slot * capacity + begin, stop - begin, bucket << bucket_bits,
                                        leave, enter, ring, seen);
                is_done = improve(state, n_seen, seen, bucket_bits, by_side, mark_bits != NULL, queue, slot_mask,
                                  capacity, n_waiting);
            }
        }
        n_waiting[ahead] = n_waiting[onward] = 0;
    }
    free(seen);
    *first_row = first;
    *last_row = last;
    return is_done;
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t cells_within(const uint8_t *classes, int64_t n_rows, int64_t n_columns, int64_t row, int64_t column,
                     int64_t reach, u32 *memory, u32 limit, const u32 *half_step, u64 n_halves, u32 shift,
                     const u64 *mark_bits, u64 n_together, u32 *queue, u64 n_slots, u64 capacity, u64 *n_waiting, int32_t *cell,
                     uint16_t *time_s) {
    int64_t top = larger(row - reach, 0) - 1, left = larger(column - reach, 0) - 1, first, last, n_found = 0;
    int64_t height = smaller(row + reach, n_rows - 1) + 2 - top, width = smaller(column + reach, n_columns - 1) + 2 - left;
    if (!search_window(classes, n_columns, top, left, memory, height, width, (row - top) * width + column - left, limit,
                       half_step, n_halves, shift, mark_bits, n_together, queue, n_slots, capacity, n_waiting, &first, &last))
        return -1;
    const u32 beyond = (limit + 1) << 8;
    for (int64_t r = first + 1; r < last; r++) {
        const u32 *line = memory + r * width;
        for (int64_t c = 1; c < width - 1; c += 64) {
            int64_t stop = smaller(c + 64, width - 1), n_in = 0;
            for (int64_t i = c; i < stop; i++) n_in += (line[i] > 0) & (line[i] < beyond);
            if (n_in == 0) continue;
            for (int64_t i = c; i < stop; i++) {
                cell[n_found] = (int32_t)((top + r) * n_columns + left + i);
                time_s[n_found] = (uint16_t)(((line[i] >> 8) + 4095) >> 12);
                n_found += (line[i] > 0) & (line[i] < beyond);
            }
        }
    }
    return n_found;
}

int64_t search_graph(const u32 *start, const u64 *edge, u64 source, u32 limit, u32 shift, u32 *ticks, u32 *touched,
                     u64 *seen, u64 room, u64 *queue, u64 n_slots, u64 capacity, u64 *n_waiting) {
    const u64 low = 0xFFFFFFFFu, slot_mask = n_slots - 1, beyond = (u64)limit + 1;
    memset(n_waiting, 0, 8 * n_slots);
    ticks[source] = 0;
    touched[0] = (u32)source;
    queue[0] = source << 32;
    n_waiting[0] = 1;
    u64 n_touched = 1, n_idle = 0;
    for (u64 bucket = 0; n_idle < n_slots; bucket++) {
        u64 slot = bucket & slot_mask, served = 0;
        n_idle = n_waiting[slot] ? 0 : n_idle + 1;
        while (served < n_waiting[slot]) {
            u64 n_seen = 0;
            while (served < n_waiting[slot]) {
                u64 entry = queue[slot * capacity + served], node = entry >> 32, now = entry & low;
                if (n_seen + start[node + 1] - start[node] >= room) break;
                served++;
                if (ticks[node] != now) continue;
                for (u32 i = start[node]; i < start[node + 1]; i++) {
                    seen[n_seen] = edge[i] + now;
                    n_seen += (seen[n_seen] & low) < ticks[seen[n_seen] >> 32];
                }
            }
            for (u64 i = 0; i < n_seen; i++) {
                u64 other = seen[i] >> 32, then = seen[i] & low, before = ticks[other];
                u64 aim = (then >> shift) & slot_mask, end = n_waiting[aim], is_better = then < before;
                if (end == capacity) return -1;
                touched[n_touched] = (u32)other;
                n_touched += is_better & (before == beyond);
                ticks[other] = (u32)(is_better ? then : before);
                queue[aim * capacity + end] = seen[i];
                n_waiting[aim] = end + is_better;
            }
        }
        n_waiting[slot] = 0;
    }
    return (int64_t)n_touched;
}

int64_t take(u32 *ticks, const u32 *touched, u64 n_touched, u32 limit, int64_t n_nodes, int32_t *position, u32 *found) {
    int64_t low = n_nodes, high = -1, n_taken = 0;
    for (u64 i = 0; i < n_touched; i++) {
        low = touched[i] < low ? touched[i] : low;
        high = touched[i] > high ? touched[i] : high;
    }
    for (int64_t first = low; first <= high; first += 64) {
        int64_t stop = smaller(first + 64, high + 1), n_in = 0;
        for (int64_t node = first; node < stop; node++) n_in += ticks[node] <= limit;
        if (n_in == 0) continue;
        for (int64_t node = first; node < stop; node++) {
            position[n_taken] = (int32_t)node;
            found[n_taken] = ticks[node];
            n_taken += ticks[node] <= limit;
        }
    }
    for (u64 i = 0; i < n_touched; i++) ticks[touched[i]] = limit + 1;
    return n_taken;
}
