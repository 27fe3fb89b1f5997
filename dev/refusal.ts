/** Something that only the user can mend; the message is the one line that says what and how. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
