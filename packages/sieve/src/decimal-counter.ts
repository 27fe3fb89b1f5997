const ZERO = '0'.charCodeAt(0);
/** Enough for every safe integer. */
const DIGITS = 16;

/** An increasing number as ASCII digits, so that writing it needs no division. 0 has no digits. */
export class DecimalCounter {
  readonly #digits = new Uint8Array(DIGITS).fill(ZERO);
  #first = DIGITS;

  /** Adds `amount`, a non-negative integer. */
  add(amount: number): void {
    let i = DIGITS - 1;
    while (amount > 0) {
      const sum = this.#digits[i] - ZERO + amount;
      if (i < this.#first) this.#first = i;
      if (sum < 10) {
        this.#digits[i] = ZERO + sum;
        return;
      }
      amount = Math.floor(sum / 10);
      this.#digits[i--] = ZERO + (sum - 10 * amount);
    }
  }

  /** Writes the digits to `target` from index `at` on and returns the index after them. */
  write(target: Uint8Array, at: number): number {
    for (let i = this.#first; i < DIGITS; i++) target[at++] = this.#digits[i];
    return at;
  }
}
