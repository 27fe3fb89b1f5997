import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Random = ReturnType<typeof randomFrom>;

/** Random choices that depend only on the seed. */
export function randomFrom(seed: number) {
  const generator = xoroshiro128plus(seed);
  const random = {
    /** A real number in [0, 1). */
    real: () => uniformInt(generator, 0, 2 ** 31 - 1) / 2 ** 31,
    int: (from: number, to: number) => uniformInt(generator, from, to),
    chance: (probability: number) => random.real() < probability,
    pick<T>(items: readonly [T, ...T[]]): T {
      return items[random.int(0, items.length - 1)] ?? items[0];
    },
    shuffled<T>(items: readonly T[]): T[] {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = random.int(0, i);
        [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
      }
      return shuffled;
    },
  };
  return random;
}
