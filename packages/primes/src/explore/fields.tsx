import { formatNumber, WholeNumberField, type FieldsProps } from '@primes/web';

/** The default of MAX_N. The api says so if its own is less. */
const MAX_EXPONENT = 8;
const STEPS = 20;

/** The fields `n`, as a number and as a slider on a log scale, and `fresh`. */
export function Fields({ value, onChange, errors }: FieldsProps) {
  const { n = 1, fresh = false } = value as { n?: number; fresh?: boolean };
  const change = (next: number): void => onChange({ ...value, n: next });
  return (
    <div>
      <WholeNumberField
        label="How many primes"
        value={n}
        limits={{ min: 1 }}
        onChange={change}
        error={errors['n']}
      />
      <input
        type="range"
        aria-label="How many primes, on a logarithmic scale"
        aria-valuetext={formatNumber(n)}
        min={0}
        max={MAX_EXPONENT * STEPS}
        value={Math.log10(Math.max(1, n)) * STEPS}
        onInput={({ currentTarget }) => change(round(10 ** (Number(currentTarget.value) / STEPS)))}
      />
      <label>
        <input
          type="checkbox"
          checked={fresh}
          onChange={({ currentTarget }) => onChange({ ...value, fresh: currentTarget.checked })}
        />{' '}
        Compute everything again, even what is stored
      </label>
    </div>
  );
}

/** Two digits are as exact as a slider can be. */
function round(value: number): number {
  return Number(value.toPrecision(2));
}
