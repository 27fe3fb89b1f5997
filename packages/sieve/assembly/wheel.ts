/** Numbers that one byte of a bitmap represents. */
export const NUMBERS_PER_BYTE: i32 = 30;

/** The residues of the wheel, eight i32: bit i of byte k represents the number 30k + the i-th of them. */
export const RESIDUES: usize = memory.data<i32>([1, 7, 11, 13, 17, 19, 23, 29], 16);

/** By residue m of a prime, eight i32: the byte of m · r for each residue r. */
export const PRODUCT_BYTES: usize = memory.data(NUMBERS_PER_BYTE * 32, 16);

/** By residue m of a prime, eight u8: all bits except that of m · r, for each residue r. */
export const PRODUCT_MASKS: usize = memory.data(NUMBERS_PER_BYTE * 8, 16);

/** The bit of a number with the residue `m`, 0 if it has none. */
export function bitOfResidue(m: i32): u32 {
  for (let i = 0; i < 8; i++) if (load<i32>(RESIDUES + 4 * i) == m) return 1 << i;
  return 0;
}

for (let i = 0; i < 8; i++) {
  const m = load<i32>(RESIDUES + 4 * i);
  for (let j = 0; j < 8; j++) {
    const product = m * load<i32>(RESIDUES + 4 * j);
    store<i32>(PRODUCT_BYTES + 32 * m + 4 * j, product / NUMBERS_PER_BYTE);
    store<u8>(PRODUCT_MASKS + 8 * m + j, ~bitOfResidue(product % NUMBERS_PER_BYTE));
  }
}
