/* The kernels of siting.travel again in C, entry for entry, to tell what the language costs.
   Worlds of 16-bit classes and long cutoffs are left to the Python side: one word type is enough here. */
#include <stdint.h>
#include <string.h>

typedef uint64_t u64;
typedef uint32_t u32;

void open_window(const uint8_t *classes, int64_t n_columns_all, int64_t top, int64_t left, u32 beyond,
                 u32 *state, int64_t n_rows, int64_t n_columns) {
    memset(state, 0, 4 * n_columns);
    memset(state + (n_rows - 1) * n_columns, 0, 4 * n_columns);
    for (int64_t row = 1; row < n_rows - 1; row++) {
        const uint8_t *kinds = classes + (top + row) * n_columns_all + left + 1;
        u32 *fresh = state + row * n_columns + 1;
        fresh[-1] = 0;
        fresh[n_columns - 2] = 0;
        for (int64_t i = 0; i < n_columns - 2; i++) fresh[i] = kinds[i] ? (beyond | kinds[i]) : 0;
    }
}

int search_window(u32 *state, int64_t width, int64_t source, const u32 *leave, const u32 *enter, int64_t n_classes,
                  u32 shift, u64 *queue, u64 n_slots, u64 capacity, u64 *n_waiting) {
    const int64_t ring[8] = {-width, 1 - width, 1, width + 1, width, width - 1, -1, -width - 1};
    const u64 low = 0xFFFFFFFFu, slot_mask = n_slots - 1;
    const u32 bucket_bits = 8 + shift;
    if (state[source] == 0) return 1;
    memset(n_waiting, 0, 8 * n_slots);
    state[source] &= 255;
    for (u64 side = 0; side < 4; side++) queue[side] = (2 * side) << 61 | (u64)source << 32;
    n_waiting[0] = 4;
    u64 n_live = 4;
    for (u64 bucket = 0; n_live > 0; bucket++) {
        u64 slot = bucket & slot_mask, served = 0;
        while (served < n_waiting[slot]) {
            u64 entry = queue[slot * capacity + served++];
            u64 cell = (entry >> 32) & (low >> 3), now = state[cell];
            if (now >> 8 != (entry & low)) continue;
            u64 left = (entry >> 61) + 6, slant = left & 1;
            u64 even = now + leave[slant * n_classes + (now & 255)];
            u64 odd = now + leave[(1 - slant) * n_classes + (now & 255)];
            u64 other[5], before[5], then[5];
            for (int turn = 0; turn < 5; turn++) {
                other[turn] = cell + ring[(left + turn) & 7];
                before[turn] = state[other[turn]];
                u64 table = (turn & 1) ? (1 - slant) : slant;
                then[turn] = ((turn & 1) ? odd : even) + enter[table * n_classes + (before[turn] & 255)];
            }
            for (int turn = 0; turn < 5; turn++) {
                if (then[turn] >= before[turn]) continue;
                u64 side = (left + turn) & 7;
                if ((side & 1) && (state[cell + ring[side - 1]] | state[cell + ring[(side + 1) & 7]]) == 0) continue;
                u64 aim = (then[turn] >> bucket_bits) & slot_mask;
                if (n_waiting[aim] == capacity) return 0;
                state[other[turn]] = (u32)then[turn];
                queue[aim * capacity + n_waiting[aim]++] = side << 61 | other[turn] << 32 | then[turn] >> 8;
                n_live++;
            }
        }
        n_live -= served;
        n_waiting[slot] = 0;
    }
    return 1;
}

int64_t search_graph(const u32 *start, const u64 *edge, u64 source, u64 limit, u32 shift, u32 *ticks, u32 *touched,
                     u64 *queue, u64 n_slots, u64 capacity, u64 *n_waiting) {
    const u64 low = 0xFFFFFFFFu, slot_mask = n_slots - 1;
    memset(n_waiting, 0, 8 * n_slots);
    ticks[source] = 0;
    touched[0] = (u32)source;
    queue[0] = source << 32;
    n_waiting[0] = 1;
    u64 n_touched = 1, n_live = 1;
    for (u64 bucket = 0; n_live > 0; bucket++) {
        u64 slot = bucket & slot_mask, served = 0;
        while (served < n_waiting[slot]) {
            u64 entry = queue[slot * capacity + served++];
            u64 node = entry >> 32, now = entry & low;
            if (ticks[node] != now) continue;
            for (u32 i = start[node]; i < start[node + 1]; i++) {
                u64 other = edge[i] >> 32, then = now + (edge[i] & low), before = ticks[other];
                if (then >= before || then > limit) continue;
                u64 aim = (then >> shift) & slot_mask;
                if (n_waiting[aim] == capacity) return -1;
                if (before == low) touched[n_touched++] = (u32)other;
                ticks[other] = (u32)then;
                queue[aim * capacity + n_waiting[aim]++] = other << 32 | then;
                n_live++;
            }
        }
        n_live -= served;
        n_waiting[slot] = 0;
    }
    return (int64_t)n_touched;
}
