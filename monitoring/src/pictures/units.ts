interface Unit {
  /** How many there are of a larger unit in the next, by name. */
  readonly steps: readonly (readonly [size: number, name: string])[];
  readonly suffix?: string;
}

const COUNT: Unit['steps'] = [
  [1e9, ' B'],
  [1e6, ' M'],
  [1e3, ' K'],
  [1, ''],
];

const UNITS: Readonly<Record<string, Unit>> = {
  short: { steps: COUNT },
  ops: { steps: COUNT, suffix: ' ops/s' },
  reqps: { steps: COUNT, suffix: ' req/s' },
  percentunit: { steps: [[0.01, '%']] },
  s: {
    steps: [
      [60, ' min'],
      [1, ' s'],
      [1e-3, ' ms'],
      [1e-6, ' µs'],
    ],
  },
  bytes: {
    steps: [
      [2 ** 30, ' GiB'],
      [2 ** 20, ' MiB'],
      [2 ** 10, ' KiB'],
      [1, ' B'],
    ],
  },
};

/**
 * A value in a unit by Grafana's name of it, with three digits: `1.23 K`, `12.5 ms`.
 *
 * @throws {RangeError} If the unit is none that our dashboards use
 */
export function format(value: number, unit: string): string {
  if (unit === 'bool_yes_no') return value === 0 ? 'No' : 'Yes';
  const { suffix = '' } = unitOf(unit);
  const [size, name] = sizeOf(value, unit);
  return `${Number((value / size).toPrecision(3))}${name}${suffix}`;
}

/** The larger unit that a value is told in; 0 in the plain one. */
export function sizeOf(value: number, unit: string): readonly [size: number, name: string] {
  const { steps } = unitOf(unit);
  const fits = steps.find(([size]) => Math.abs(value) >= size);
  const plain = steps.find(([size]) => size === 1) ?? steps[0];
  return (value === 0 ? plain : (fits ?? steps.at(-1))) ?? [1, ''];
}

function unitOf(name: string): Unit {
  const unit = UNITS[name];
  if (!unit) throw new RangeError(`\`unit\` must be one of ours: received ${name}`);
  return unit;
}
