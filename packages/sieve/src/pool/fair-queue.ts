/**
 * A queue in which groups take turns: first in, first out within a group, round robin between the groups. The first item
 * of a new group waits for one turn of each group in the queue, except the group that was served last: that one comes
 * after the new group.
 */
export class FairQueue<T> {
  /** In the order of their turns, except `#lastServed`, which may be anywhere. No group is empty. */
  readonly #groups = new Map<string, Set<T>>();
  #lastServed: string | undefined;

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  /** Appends `item`, which must not be in the queue, to its group. */
  push(group: string, item: T): void {
    const items = this.#groups.get(group);
    if (items) items.add(item);
    else this.#groups.set(group, new Set([item]));
  }

  /** Removes and returns the next item; undefined if the queue is empty. */
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

  /** Removes `item`, if it is still in the queue. */
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
