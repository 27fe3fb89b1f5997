/**
 * A queue in which groups take turns: first in, first out within a group, round robin between the groups
 * that have something waiting. The first item of a new group waits for one turn of each group that waits
 * already, except the one whose turn was last: that one goes behind the newcomer.
 */
export class FairQueue<T> {
  /** In the order of their turns, but for `#lastServed`, which may stand anywhere. No group is empty. */
  readonly #groups = new Map<string, Set<T>>();
  #lastServed: string | undefined;

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  /** Appends `item`, which must not be waiting already, to its group. */
  push(group: string, item: T): void {
    const items = this.#groups.get(group);
    if (items) items.add(item);
    else this.#groups.set(group, new Set([item]));
  }

  /** Takes out the item whose turn it is; undefined if nothing waits. */
  shift(): T | undefined {
    if (this.#lastServed !== undefined) this.#moveToEnd(this.#lastServed);
    for (const [group, items] of this.#groups) {
      this.#lastServed = group;
      const [item] = items;
      this.delete(group, item);
      return item;
    }
    return undefined;
  }

  /** Takes out `item` before its turn, if it still waits. */
  delete(group: string, item: T): void {
    const items = this.#groups.get(group);
    if (items?.delete(item) && items.size === 0) this.#groups.delete(group);
  }

  #moveToEnd(group: string): void {
    const items = this.#groups.get(group);
    if (!items) return;
    this.#groups.delete(group);
    this.#groups.set(group, items);
  }
}
