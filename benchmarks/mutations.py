"""`python -m benchmarks.mutations N SEED`: crashes of gate and extraction on N mutated pages, their time and memory."""

import sys

from tests.support.stress.mutations import LIMIT, try_pages

# With fewer pages, the first fifth does not meet every pair of mutations, so the peak still rises afterwards.
_ENOUGH, _GROWTH = 10_000, 1.15


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    found = try_pages(count, seed)
    slow = max(found.slowest, key=lambda name: found.slowest[name])
    print(f"{found.pages} mutated pages (seed {seed}): {found.articles} articles, {len(found.crashes)} crashes")
    print(f"slowest {found.slowest[slow]:.2f} s ({slow}), allowed {LIMIT:.0f} s")
    print(f"peak memory {found.early // 1024} MiB after a fifth, {found.late // 1024} MiB after all")
    print(", ".join(f"{reason} {n}" for reason, n in found.outcomes.most_common()))
    for crash in found.crashes[:20]:
        print("  " + crash)
    grew = count >= _ENOUGH and found.late > _GROWTH * found.early
    return int(bool(found.crashes) or found.slowest[slow] > LIMIT or grew)


if __name__ == "__main__":
    sys.exit(main())
