import { useId, useState } from 'preact/hooks';
import { formatNumber } from './format.ts';
import { parseWhole, type Limits } from './whole-number.ts';

interface WholeNumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly limits: Limits;
  /** Receives only numbers within the limits. The form is not submitted while the field has another text. */
  readonly onChange: (value: number) => void;
  /** What the api rejects. */
  readonly error?: string | undefined;
}

/** A text that is no such number, and the value before it. */
interface Typed {
  readonly text: string;
  readonly problem: string;
  readonly instead: number;
}

/** A field for a whole number. It keeps a text that is none, and says why it is none. */
export function WholeNumberField({ label, value, limits, onChange, error }: WholeNumberFieldProps) {
  const id = useId();
  const [typed, setTyped] = useState<Typed>();
  // A value from elsewhere, as from a slider, replaces the text.
  const invalid = typed?.instead === value ? typed : undefined;
  const problem = invalid?.problem ?? error;
  return (
    <div>
      <label>
        {label}
        <input
          ref={(input) => input?.setCustomValidity(invalid?.problem ?? '')}
          inputMode="numeric"
          autoComplete="off"
          value={invalid?.text ?? formatNumber(value)}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : id}
          onInput={({ currentTarget: { value: text } }) => {
            const parsed = parseWhole(text, limits);
            setTyped(typeof parsed === 'string' ? { text, problem: parsed, instead: value } : undefined);
            if (typeof parsed === 'number') onChange(parsed);
          }}
        />
      </label>
      {problem !== undefined && (
        <p class="error" id={id}>
          {problem}
        </p>
      )}
    </div>
  );
}
